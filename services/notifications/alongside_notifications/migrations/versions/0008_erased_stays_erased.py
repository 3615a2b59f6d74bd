"""A notice may be superseded before it was sent, and people who were erased are remembered by their opaque ids."""

from alembic import op

from alongside_chassis import migrations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATE = op.f("ck_notice_state")
_STATES = "'pending', 'sending', 'delivered', 'failed', 'no-route'"


def upgrade() -> None:
    """Apply this step."""
    migrations.create_erased_person()
    op.drop_constraint(_STATE, "notice")
    op.create_check_constraint(_STATE, "notice", f"state in ({_STATES}, 'superseded')")


def downgrade() -> None:
    """Undo this step. A superseded notice becomes one without a route: earlier code sends neither."""
    op.execute("update notice set state = 'no-route' where state = 'superseded'")
    op.drop_constraint(_STATE, "notice")
    op.create_check_constraint(_STATE, "notice", f"state in ({_STATES})")
    op.drop_table("erased_person")
