"""The timeline tells how person and offer got on, and that the person asked for another one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BEFORE = "'requested', 'proposed', 'declined', 'lapsed', 'waitlisted', 'accepted', 'rejected', 'started', 'held', 'resumed', 'cancelled', 'recalled', 'completed', 'failed', 'withdrawn-as-error', 'contact-attempted', 'interim-noted', 'overdue', 'referrer-told', 'loop-closed'"
_NEW = "'feedback-given', 'rematch-asked'"


def upgrade() -> None:
    """Apply this step."""
    op.add_column("timeline", sa.Column("fit", sa.Text(), nullable=True))
    op.add_column("timeline", sa.Column("meetings", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f("ck_timeline_known_fit"), "timeline", "fit in ('good', 'poor')")
    _know_what(f"{_BEFORE}, {_NEW}")


def downgrade() -> None:
    """Undo this step. No entry is lost: each is told by the nearest older word."""
    op.execute("update timeline set what = 'interim-noted' where what = 'feedback-given'")
    op.execute("update timeline set what = 'recalled' where what = 'rematch-asked'")
    _know_what(_BEFORE)
    op.drop_constraint(op.f("ck_timeline_known_fit"), "timeline")
    op.drop_column("timeline", "meetings")
    op.drop_column("timeline", "fit")


def _know_what(codes: str) -> None:
    op.drop_constraint(op.f("ck_timeline_known_what"), "timeline")
    op.create_check_constraint(op.f("ck_timeline_known_what"), "timeline", f"what in ({codes})")
