"""A request follows amendments and changes of consent, each once and never back to an older one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    for name in ("amendment", "consent_change"):
        op.add_column("request", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    """Undo this step."""
    for name in ("consent_change", "amendment"):
        op.drop_column("request", name)
