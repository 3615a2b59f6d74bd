"""Codes of open lists may be those of another release: no constraint names them any more."""

from alembic import op

from alongside_chassis import migrations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ACTORS = "('requester', 'target', 'person', 'coordinator', 'supervisor', 'matching')"
_CONSTRAINTS = {
    (
        "referral",
        "business_status",
    ): "('awaiting-response', 'waitlisted', 'scheduled', 'unattended', 'appointment-cancelled', 'contacted', 'interim', 'paused', 'cancellation-requested', 'target-withdrew', 'no-response', 'recalled', 'consent-revoked')",
    ("referral", "next_actor"): _ACTORS,
    ("referral", "outcome"): "('connected', 'engaged', 'goals-met', 'partially-helped', 'referred-on')",
    (
        "referral",
        "reason",
    ): "('no-capacity', 'waitlist-declined', 'not-eligible', 'out-of-area', 'missing-documents', 'needs-higher-level-of-care', 'safety-conflict', 'duplicate', 'sent-in-error', 'already-served', 'unable-to-contact', 'person-declined', 'no-longer-needs', 'no-response', 'other')",
    ("timeline", "actor"): _ACTORS,
}


def upgrade() -> None:
    """Apply this step."""
    for table, column in _CONSTRAINTS:
        op.drop_constraint(op.f(f"ck_{table}_known_{column}"), table)
    migrations.upgrade_quarantine_v4()


def downgrade() -> None:
    """Undo this step. A row with a newer code stays, and cannot be changed until the next upgrade."""
    migrations.downgrade_quarantine_v4()
    for (table, column), codes in _CONSTRAINTS.items():
        name = op.f(f"ck_{table}_known_{column}")
        op.create_check_constraint(name, table, f"{column} in {codes}", postgresql_not_valid=True)
