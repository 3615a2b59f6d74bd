"""A notice may be about a partner's stream that is unread since a time."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SUBJECT = op.f("ck_notice_subject")
_SINCE = op.f("ck_notice_since")


def upgrade() -> None:
    """Apply this step."""
    op.add_column("notice", sa.Column("partner", sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(_SUBJECT, "notice")
    op.create_check_constraint(_SUBJECT, "notice", "num_nonnulls(referral_id, submission_id, partner) = 1")
    op.create_check_constraint(_SINCE, "notice", "partner is null or since is not null")
    op.create_index(
        "ix_notice_partner", "notice", ["partner", "since"], postgresql_where=sa.text("partner is not null")
    )


def downgrade() -> None:
    """Undo this step. Notices about a partner are deleted: earlier code has no subject for them."""
    op.execute("delete from notice where partner is not null")
    op.drop_index("ix_notice_partner", "notice")
    op.drop_constraint(_SINCE, "notice")
    op.drop_constraint(_SUBJECT, "notice")
    op.create_check_constraint(_SUBJECT, "notice", "num_nonnulls(referral_id, submission_id) = 1")
    op.drop_column("notice", "since")
    op.drop_column("notice", "partner")
