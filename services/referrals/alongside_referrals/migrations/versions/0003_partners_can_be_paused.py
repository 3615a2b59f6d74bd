"""A partner's stream can be paused when too much of it is refused."""

from alongside_chassis.migrations import downgrade_quarantine_v3, upgrade_quarantine_v3

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    upgrade_quarantine_v3()


def downgrade() -> None:
    """Undo this step."""
    downgrade_quarantine_v3()
