"""What was refused before a partner was registered is answered when it is."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "unanswered_letter",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_unanswered_letter")),
    )
    op.create_index(
        "ix_unanswered_letter_partner_position", "unanswered_letter", ["partner", "partition", "offset"]
    )


def downgrade() -> None:
    """Undo this step. What was not answered yet stays unanswered."""
    op.drop_table("unanswered_letter")
