"""People who were erased are remembered by their opaque ids, so that an admission heard after the erasure begins nothing."""

import sqlalchemy as sa
from alembic import op

from alongside_chassis import migrations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    migrations.create_erased_person()
    op.create_table(
        "stale_admission",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["erased_person.person_id"],
            name=op.f("fk_stale_admission_person_id_erased_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_stale_admission")),
    )
    op.create_index(op.f("ix_stale_admission_person_id"), "stale_admission", ["person_id"])
    op.create_index("ix_referral_person_id", "referral", ["person_id"])


def downgrade() -> None:
    """Undo this step. An admission of an erased person that is heard after it begins a referral."""
    op.drop_index("ix_referral_person_id", table_name="referral")
    op.drop_table("stale_admission")
    op.drop_table("erased_person")
