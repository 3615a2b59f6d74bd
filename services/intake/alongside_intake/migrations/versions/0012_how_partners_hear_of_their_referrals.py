"""A partner may say how it hears of its referrals. One that said nothing hears of them by every channel."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("partner", sa.Column("channels", ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    """Undo this step. What partners said is lost."""
    op.drop_column("partner", "channels")
