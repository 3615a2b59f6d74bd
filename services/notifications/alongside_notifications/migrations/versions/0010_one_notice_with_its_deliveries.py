"""A notice is one row with its deliveries below it; what partners chose and how each referral stands are stored.

The columns of the release before stay: it runs beside ours during an upgrade. Its notices by e-mail become deliveries while
the service runs (`mail_of_release_before.py`).
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from alongside_chassis import migrations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WAITING = sa.text("state in ('pending', 'sending')")


def upgrade() -> None:
    """Apply this step."""
    migrations.create_partner_channels()
    op.add_column("notice", sa.Column("sequence", sa.Integer(), nullable=True))
    op.add_column(
        "notice", sa.Column("rules", sa.SmallInteger(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("notice", sa.Column("channels", ARRAY(sa.Text()), nullable=True))
    op.add_column(
        "notice", sa.Column("in_inbox", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    )
    op.add_column("notice", sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_notice_email", "notice", ["id"], postgresql_where=sa.text("channel = 'email'"))
    _create_delivery()
    _create_referral_state()


def downgrade() -> None:
    """Undo this step. Deliveries that wait are lost: let the queue become empty first."""
    op.drop_table("referral_state")
    op.drop_table("delivery")
    op.drop_index("ix_notice_email", table_name="notice")
    for column in ("reached_at", "in_inbox", "channels", "rules", "sequence"):
        op.drop_column("notice", column)
    op.drop_table("partner_channels")


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_kind", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unforeseen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("trace", JSONB(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id_notice"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id", "channel", name=op.f("pk_delivery")),
        *_checks(),
    )
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["urgent", "recipient_kind", "next_attempt_at"],
        postgresql_where=_WAITING,
    )
    op.create_index(
        "ix_delivery_waiting", "delivery", ["referral_id", "recipient_id"], postgresql_where=_WAITING
    )


def _checks() -> list[sa.CheckConstraint]:
    rules = {
        "state": "state in ('pending', 'sending', 'delivered', 'failed', 'no-route', 'superseded')",
        "attempts": "attempts >= 0",
        "delivered_at": "(state = 'delivered') = (delivered_at is not null)",
        "next_attempt_at": "(state in ('pending', 'sending')) = (next_attempt_at is not null)",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_delivery_{name}")) for name, rule in rules.items()]


def _create_referral_state() -> None:
    op.create_table(
        "referral_state",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("business_status", sa.Text(), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("next_actor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referral_state")),
    )
    # the one row of a referral is updated at each of its steps, in its page
    op.execute("alter table referral_state set (fillfactor = 70)")
