"""A region's decisions are found without looking at all others."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_index(op.f("ix_decision_region"), "decision", ["region", "id"])


def downgrade() -> None:
    """Undo this step."""
    op.drop_index(op.f("ix_decision_region"), "decision")
