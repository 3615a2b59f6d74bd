"""Codes of open lists may be those of another release: no constraint names them any more."""

from alongside_chassis.migrations import downgrade_quarantine_v4, upgrade_quarantine_v4

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    upgrade_quarantine_v4()


def downgrade() -> None:
    """Undo this step. A row with a newer code stays, and cannot be changed until the next upgrade."""
    downgrade_quarantine_v4()
