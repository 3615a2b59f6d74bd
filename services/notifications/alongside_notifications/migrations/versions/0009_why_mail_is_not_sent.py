"""An address that no mail can be sent to, and an error that nobody foresaw, are reasons of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_EARLIER = "'temporarily-refused', 'timed-out', 'relay-away', 'routes-away', 'refused-by-recipient', 'attempts-exhausted'"
_CONSTRAINT = "ck_notice_trouble"


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "notice", sa.Column("unforeseen", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.drop_constraint(op.f(_CONSTRAINT), "notice")
    op.create_check_constraint(
        op.f(_CONSTRAINT), "notice", f"trouble in ({_EARLIER}, 'unforeseen-error', 'address-unusable')"
    )


def downgrade() -> None:
    """Undo this step. A notice with one of the new reasons stays, and cannot be changed until the next upgrade."""
    op.drop_constraint(op.f(_CONSTRAINT), "notice")
    op.create_check_constraint(
        op.f(_CONSTRAINT), "notice", f"trouble in ({_EARLIER})", postgresql_not_valid=True
    )
    op.drop_column("notice", "unforeseen")
