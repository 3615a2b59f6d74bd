"""Referrals and their timeline, beside the chassis' tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from alongside_chassis.migrations import create_chassis_tables_v1, drop_chassis_tables_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    create_chassis_tables_v1()
    _create_referral()
    _create_timeline()


def downgrade() -> None:
    """Undo this step."""
    op.drop_table("timeline")
    op.drop_table("referral")
    drop_chassis_tables_v1()


def _create_referral() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("request", JSONB(), nullable=False),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("business_status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("offer_kind", sa.Text(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("excluded_offers", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("contact_attempts", sa.Integer(), nullable=False),
        sa.Column("contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("next_actor", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing_event", sa.Text(), nullable=True),
        sa.Column("referrer_notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice_delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("loop_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["replaces"], ["referral.id"], name="fk_referral_replaces_referral"),
        sa.PrimaryKeyConstraint("id", name="pk_referral"),
        *_referral_checks(),
    )
    op.create_index(
        "ix_referral_next_actor_due_at",
        "referral",
        ["next_actor", "due_at"],
        postgresql_where=sa.text("next_actor is not null"),
    )
    op.create_index("ix_referral_partner_reference", "referral", ["partner", "reference"])
    op.create_index("ix_referral_status_id", "referral", ["status", "id"])
    op.create_index(
        "uq_referral_replaces",
        "referral",
        ["replaces"],
        unique=True,
        postgresql_where=sa.text("replaces is not null"),
    )


def _referral_checks() -> list[sa.CheckConstraint]:
    rules = {
        "ck_referral_open_has_a_next_actor": "(status in ('cancelled', 'completed', 'entered-in-error', 'failed', 'rejected')) = (next_actor is null)",
        "ck_referral_known_business_status": "business_status in ('awaiting-response', 'waitlisted', 'scheduled', 'unattended', 'appointment-cancelled', 'contacted', 'interim', 'paused', 'cancellation-requested', 'target-withdrew', 'no-response', 'recalled', 'consent-revoked')",
        "ck_referral_known_next_actor": "next_actor in ('requester', 'target', 'person', 'coordinator', 'supervisor', 'matching')",
        "ck_referral_known_offer_kind": "offer_kind in ('supporter', 'group', 'service')",
        "ck_referral_known_outcome": "outcome in ('connected', 'engaged', 'goals-met', 'partially-helped', 'referred-on')",
        "ck_referral_known_reason": "reason in ('no-capacity', 'waitlist-declined', 'not-eligible', 'out-of-area', 'missing-documents', 'needs-higher-level-of-care', 'safety-conflict', 'duplicate', 'sent-in-error', 'already-served', 'unable-to-contact', 'person-declined', 'no-longer-needs', 'no-response', 'other')",
        "ck_referral_completed_has_an_outcome": "status <> 'completed' or outcome is not null",
        "ck_referral_known_status": "status in ('draft', 'requested', 'accepted', 'rejected', 'in-progress', 'on-hold', 'cancelled', 'completed', 'failed', 'entered-in-error')",
        "ck_referral_taken_on_has_an_offer": "status not in ('accepted', 'in-progress', 'on-hold', 'completed', 'failed') or offer_id is not null",
        "ck_referral_stopped_has_a_reason": "status not in ('rejected', 'on-hold', 'cancelled', 'failed') or reason is not null",
        "ck_referral_known_waits_for": "waits_for in ('match', 'response', 'place', 'first-contact', 'progress', 'hold-review')",
        "ck_referral_next_actor_has_a_due_time": "(next_actor is null) = (due_at is null) and (next_actor is null) = (waits_for is null)",
        "ck_referral_delivered_is_notified": "notice_delivered_at is null or referrer_notified_at is not null",
        "ck_referral_entries_cover_transitions": "sequence >= 1 and entries >= sequence",
    }
    return [sa.CheckConstraint(rule, name=op.f(name)) for name, rule in rules.items()]


def _create_timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("business_status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("offer_id", sa.Uuid(), nullable=True),
        sa.Column("next_actor", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name="fk_timeline_referral_id_referral"),
        sa.PrimaryKeyConstraint("referral_id", "entry", name="pk_timeline"),
        *_timeline_checks(),
    )


def _timeline_checks() -> list[sa.CheckConstraint]:
    rules = {
        "ck_timeline_known_actor": "actor in ('requester', 'target', 'person', 'coordinator', 'supervisor', 'matching')",
        "ck_timeline_known_what": "what in ('requested', 'proposed', 'declined', 'lapsed', 'waitlisted', 'accepted', 'rejected', 'started', 'held', 'resumed', 'cancelled', 'recalled', 'completed', 'failed', 'withdrawn-as-error', 'contact-attempted', 'interim-noted', 'overdue', 'referrer-told', 'loop-closed')",
        "ck_timeline_note_is_short": "char_length(note) <= 2000",
    }
    return [sa.CheckConstraint(rule, name=op.f(name)) for name, rule in rules.items()]
