"""A danger that was heard in a record before, or instead of, its being read; and the words in which it was stated."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("submission", sa.Column("record_id", sa.Uuid(), nullable=True))
    op.add_column(
        "submission", sa.Column("is_read", sa.Boolean(), nullable=False, server_default=sa.text("true"))
    )
    op.create_index(
        "uq_submission_record_id",
        "submission",
        ["record_id"],
        unique=True,
        postgresql_where=sa.text("record_id is not null"),
    )
    op.create_table(
        "risk_words",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_risk_words_submission_id_submission")
        ),
        sa.ForeignKeyConstraint(
            ["kind", "owner"],
            ["vault_key.kind", "vault_key.owner"],
            name=op.f("fk_risk_words_kind_vault_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_risk_words")),
    )
    op.create_index("ix_risk_words_kind", "risk_words", ["kind", "owner"])


def downgrade() -> None:
    """Undo this step. A danger in a record that was never read stays on record as a submission without content."""
    op.drop_table("risk_words")
    op.drop_index("uq_submission_record_id", table_name="submission")
    op.drop_column("submission", "is_read")
    op.drop_column("submission", "record_id")
