"""Dead letters can be replayed and dropped."""

from alongside_chassis.migrations import downgrade_dead_letter_v2, upgrade_dead_letter_v2

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    upgrade_dead_letter_v2()


def downgrade() -> None:
    """Undo this step."""
    downgrade_dead_letter_v2()
