"""The request of a running referral can change, and a submission can be taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES_BEFORE = "state in ('admitted', 'held', 'rejected', 'linked', 'escalated')"
_STATES = "state in ('admitted', 'held', 'rejected', 'linked', 'amended', 'withdrawn', 'escalated')"
_STATE_OF_BEFORE = """
    update submission set
        because = case when state = 'amended' then 'same-reference' end,
        state = case when state = 'amended' then 'linked' else 'rejected' end,
        referral_id = case when state = 'amended' then referral_id end
    where state in ('amended', 'withdrawn')
"""


def upgrade() -> None:
    """Apply this step."""
    op.drop_constraint(op.f("ck_submission_known_state"), "submission")
    op.create_check_constraint(op.f("ck_submission_known_state"), "submission", _STATES)
    op.add_column("submission", sa.Column("withdrawn_because", sa.Text(), nullable=True))
    op.add_column("open_referral", sa.Column("content", JSONB(), nullable=True))
    op.add_column("open_referral", sa.Column("sent", JSONB(), nullable=True))
    op.add_column(
        "open_referral", sa.Column("sequence", sa.Integer(), nullable=False, server_default=sa.text("0"))
    )
    op.add_column(
        "open_referral", sa.Column("covered", sa.Boolean(), nullable=False, server_default=sa.text("true"))
    )
    op.add_column("open_referral", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_open_referral_ended_at",
        "open_referral",
        ["ended_at"],
        postgresql_where=sa.text("ended_at is not null"),
    )


def downgrade() -> None:
    """Undo this step. What was amended is linked as before, what was taken back is rejected."""
    op.execute("delete from open_referral where ended_at is not null")
    op.drop_index("ix_open_referral_ended_at", table_name="open_referral")
    op.drop_column("open_referral", "ended_at")
    op.drop_column("open_referral", "covered")
    op.drop_column("open_referral", "sequence")
    op.drop_column("open_referral", "sent")
    op.drop_column("open_referral", "content")
    op.drop_column("submission", "withdrawn_because")
    op.execute(_STATE_OF_BEFORE)
    op.drop_constraint(op.f("ck_submission_known_state"), "submission")
    op.create_check_constraint(op.f("ck_submission_known_state"), "submission", _STATES_BEFORE)
