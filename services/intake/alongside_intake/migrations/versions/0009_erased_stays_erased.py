"""References of people who were erased are recognised by a keyed hash, so that what was sent before is not handled again."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "erased_reference",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased_reference")),
    )
    op.create_index(op.f("ix_erased_reference_erased_at"), "erased_reference", ["erased_at"])


def downgrade() -> None:
    """Undo this step. What was sent about a person before their erasure is handled again, if it is read again."""
    op.drop_table("erased_reference")
