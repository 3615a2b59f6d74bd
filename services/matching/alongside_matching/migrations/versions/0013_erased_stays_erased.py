"""People who were erased are remembered by their opaque ids, and a request by its person's, so that an erasure closes it.

Requests from before have no person: the end of their referral, which referrals announces, closes them.
"""

import sqlalchemy as sa
from alembic import op

from alongside_chassis import migrations

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    migrations.create_erased_person()
    op.add_column("request", sa.Column("person_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_request_person",
        "request",
        ["person_id"],
        postgresql_where=sa.text("person_id is not null and state <> 'closed'"),
    )


def downgrade() -> None:
    """Undo this step. An admission of an erased person that is heard after it is matched."""
    op.drop_index("ix_request_person", table_name="request")
    op.drop_column("request", "person_id")
    op.drop_table("erased_person")
