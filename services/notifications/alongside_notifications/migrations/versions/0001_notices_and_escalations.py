"""Notices and escalations, beside the chassis' tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from alongside_chassis.migrations import create_chassis_tables_v1, drop_chassis_tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TROUBLES = "'temporarily-refused', 'timed-out', 'relay-away', 'routes-away', 'refused-by-recipient', 'attempts-exhausted'"


def upgrade() -> None:
    """Apply this step."""
    create_chassis_tables_v1()
    _create_notice()
    _create_escalation()


def downgrade() -> None:
    """Undo this step."""
    op.drop_table("escalation")
    op.drop_table("notice")
    drop_chassis_tables_v1()


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("referral_id", sa.Uuid(), nullable=True),
        sa.Column("submission_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("about_status", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("recipient_kind", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("trace", JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint(
            "cause", "role", "recipient_id", "channel", name="uq_notice_cause_role_recipient_id_channel"
        ),
        *_notice_checks(),
    )
    op.create_index(
        "ix_notice_due",
        "notice",
        ["urgent", "next_attempt_at"],
        postgresql_where=sa.text("state in ('pending', 'sending')"),
    )
    op.create_index(
        "ix_notice_referral",
        "notice",
        ["referral_id", "id"],
        postgresql_where=sa.text("referral_id is not null"),
    )
    op.create_index("ix_notice_inbox", "notice", ["recipient_id", "id"])


def _notice_checks() -> list[sa.CheckConstraint]:
    rules = {
        "subject": "num_nonnulls(referral_id, submission_id) = 1",
        "role": "role in ('referrer', 'target', 'person', 'coordinator')",
        "recipient_kind": "recipient_kind in ('partner', 'person', 'offer', 'coordinator')",
        "channel": "channel in ('in-app', 'email')",
        "state": "state in ('pending', 'sending', 'delivered', 'failed', 'no-route')",
        "trouble": f"trouble in ({TROUBLES})",
        "attempts": "attempts >= 0",
        "delivered_at": "(state = 'delivered') = (delivered_at is not null)",
        "next_attempt_at": "(state in ('pending', 'sending')) = (next_attempt_at is not null)",
        "message_id": "(channel = 'email') = (message_id is not null)",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_notice_{name}")) for name, rule in rules.items()]


def _create_escalation() -> None:
    op.create_table(
        "escalation",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("coordinator", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("cause", name="pk_escalation"),
        sa.CheckConstraint("step >= 0", name=op.f("ck_escalation_step")),
        sa.CheckConstraint(
            "(acknowledged_at is null) = (acknowledged_by is null)", name=op.f("ck_escalation_acknowledged")
        ),
    )
    op.create_index("ix_escalation_submission", "escalation", ["submission_id"])
    op.create_index(
        "ix_escalation_open",
        "escalation",
        ["raised_at"],
        postgresql_where=sa.text("acknowledged_at is null"),
    )
