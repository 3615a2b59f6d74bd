"""An offer that its source has withdrawn is marked, whatever else pauses it: it is not open again when that other pause ends."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "offer", sa.Column("withdrawn", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("update offer set withdrawn = true where paused_because in ('vanished', 'not-active')")


def downgrade() -> None:
    """Undo this step. The next import finds again what is withdrawn."""
    op.drop_column("offer", "withdrawn")
