"""A referral follows amendments of its request and changes of consent, each once and never back to an older one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WHAT = "'requested', 'proposed', 'declined', 'lapsed', 'waitlisted', 'accepted', 'rejected', 'started', 'held', 'resumed', 'cancelled', 'recalled', 'completed', 'failed', 'withdrawn-as-error', 'contact-attempted', 'interim-noted', 'overdue', 'referrer-told', 'loop-closed', 'feedback-given', 'rematch-asked'"
_NEW_WHAT = "'amended', 'consent-revoked', 'consent-given', 'taken-back', 'reviewed'"
_WAITS = "'match', 'response', 'place', 'first-contact', 'progress', 'hold-review'"
_NEW_WAITS = "'change-review'"


def upgrade() -> None:
    """Apply this step."""
    for name in ("amendment", "consent_change"):
        op.add_column("referral", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "referral",
        sa.Column("consent_covers", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    _know("timeline", "what", f"{_WHAT}, {_NEW_WHAT}")
    _know("referral", "waits_for", f"{_WAITS}, {_NEW_WAITS}")


def downgrade() -> None:
    """Undo this step. No entry is lost: each is told by the nearest older word."""
    op.execute("update timeline set what = 'held' where what = 'consent-revoked'")
    op.execute("update timeline set what = 'lapsed' where what = 'taken-back'")
    op.execute(
        "update timeline set what = 'interim-noted' where what in ('amended', 'consent-given', 'reviewed')"
    )
    op.execute("update referral set waits_for = 'hold-review' where waits_for = 'change-review'")
    _know("timeline", "what", _WHAT)
    _know("referral", "waits_for", _WAITS)
    for name in ("consent_covers", "consent_change", "amendment"):
        op.drop_column("referral", name)


def _know(table: str, column: str, codes: str) -> None:
    name = op.f(f"ck_{table}_known_{column}")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"{column} in ({codes})")
