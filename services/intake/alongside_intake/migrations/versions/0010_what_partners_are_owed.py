"""What was refused before a partner was registered is answered when it is, a pause of its stream is announced, and its days
are summarised.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The releases before announced a pause in its own transaction, to a partner that was registered by then.
_OPEN_PAUSES = """
    insert into stream_pause (partner, because, refused, code, "where", remedy, partition, "offset", paused_at, announced_at)
    select q.partner, q.because, q.refused, q.reason, last."where", last.remedy, last.partition, last."offset", q.paused_at,
        case when p.registered_at <= q.paused_at then q.paused_at end
    from quarantine q left join partner p on p.id = q.partner, lateral (
        select "where", remedy, partition, "offset" from dead_letter d
        where d.topic = q.topic and d.at <= q.paused_at order by d.at desc, d.partition desc, d."offset" desc limit 1
    ) as last
    where q.resumed_at is null
"""


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "unanswered_letter",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_unanswered_letter")),
    )
    op.create_index(
        "ix_unanswered_letter_partner_position", "unanswered_letter", ["partner", "partition", "offset"]
    )
    op.create_table(
        "stream_pause",
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("partner", name=op.f("pk_stream_pause")),
    )
    op.execute(_OPEN_PAUSES)
    op.add_column("partner", sa.Column("summarised_to", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_submission_received_at", "submission", ["received_at"], postgresql_using="brin")


def downgrade() -> None:
    """Undo this step. What was not answered yet stays unanswered."""
    op.execute("delete from timer where kind in ('unanswered-refusals', 'partner-summary')")
    op.drop_index("ix_submission_received_at", table_name="submission")
    op.drop_column("partner", "summarised_to")
    op.drop_table("stream_pause")
    op.drop_table("unanswered_letter")
