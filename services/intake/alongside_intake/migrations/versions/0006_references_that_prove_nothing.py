"""Strangers may submit under the same reference over the public API: there a reference is unique for one person only."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CURRENT = "repeats is null and superseded_by is null"
_MAKE_REFERENCES_UNIQUE = """
    update submission s set reference = 'unshared ' || s.id
    where s.source = 'self' and s.repeats is null and s.superseded_by is null and exists (
        select from submission first where first.source = 'self' and first.reference = s.reference
            and first.repeats is null and first.superseded_by is null and first.id < s.id)
"""


def upgrade() -> None:
    """Apply this step. The rows of before are unique by reference alone, so they are unique by both."""
    op.drop_index("uq_submission_standing", "submission")
    op.create_index(
        "uq_submission_standing",
        "submission",
        ["source", "reference"],
        unique=True,
        postgresql_where=sa.text(f"{_CURRENT} and source <> 'self'"),
    )
    op.create_index(
        "uq_submission_standing_of_a_person",
        "submission",
        ["reference", "person_id"],
        unique=True,
        postgresql_where=sa.text(f"{_CURRENT} and source = 'self'"),
    )


def downgrade() -> None:
    """Undo this step. Of several people with one reference the first keeps it; the others' becomes one nobody can submit."""
    op.execute(_MAKE_REFERENCES_UNIQUE)
    op.drop_index("uq_submission_standing_of_a_person", "submission")
    op.drop_index("uq_submission_standing", "submission")
    op.create_index(
        "uq_submission_standing",
        "submission",
        ["source", "reference"],
        unique=True,
        postgresql_where=sa.text(_CURRENT),
    )
