"""An offer with a source keeps the fields that staff have set: its next import does not set them again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step. What staff set before is not known: imports set it as before, except a pause."""
    op.add_column(
        "offer",
        sa.Column(
            "kept_by_staff", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )


def downgrade() -> None:
    """Undo this step. Imports set every field again."""
    op.drop_column("offer", "kept_by_staff")
