"""The inbox shows whether a used id comes back with different content."""

from alongside_chassis.migrations import downgrade_inbox_v5, upgrade_inbox_v5

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    upgrade_inbox_v5()


def downgrade() -> None:
    """Undo this step."""
    downgrade_inbox_v5()
