"""What waits to be sent is looked for kind by kind, because each kind's routes are asked for by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _index_what_is_due("urgent", "recipient_kind", "next_attempt_at")


def downgrade() -> None:
    """Undo this step."""
    _index_what_is_due("urgent", "next_attempt_at")


def _index_what_is_due(*columns: str) -> None:
    op.drop_index("ix_notice_due", "notice")
    op.create_index(
        "ix_notice_due",
        "notice",
        list(columns),
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
