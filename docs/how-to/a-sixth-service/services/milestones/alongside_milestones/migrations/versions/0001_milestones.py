"""Milestones, beside the chassis' tables."""

import sqlalchemy as sa
from alembic import op

from alongside_chassis.migrations import (
    create_chassis_tables_v1,
    downgrade_dead_letter_v2,
    downgrade_inbox_v5,
    downgrade_quarantine_v3,
    downgrade_quarantine_v4,
    drop_chassis_tables_v1,
    upgrade_dead_letter_v2,
    upgrade_inbox_v5,
    upgrade_quarantine_v3,
    upgrade_quarantine_v4,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    create_chassis_tables_v1()
    upgrade_dead_letter_v2()
    upgrade_quarantine_v3()
    upgrade_quarantine_v4()
    upgrade_inbox_v5()
    op.create_table(
        "milestone",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Undo this step."""
    op.drop_table("milestone")
    downgrade_inbox_v5()
    downgrade_quarantine_v4()
    downgrade_quarantine_v3()
    downgrade_dead_letter_v2()
    drop_chassis_tables_v1()
