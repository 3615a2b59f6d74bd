"""The contact of an offer that cannot be used is marked with the time at which that was found."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("offer_contact", sa.Column("unusable_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Undo this step. The next check marks again."""
    op.drop_column("offer_contact", "unusable_since")
