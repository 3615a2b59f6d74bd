"""Codes of open lists may be those of another release: no constraint names them any more."""

from alembic import op

from alongside_chassis import migrations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.drop_constraint(op.f("ck_submission_known_because"), "submission")
    migrations.upgrade_quarantine_v4()


def downgrade() -> None:
    """Undo this step. A row with a newer code stays, and cannot be changed until the next upgrade."""
    migrations.downgrade_quarantine_v4()
    op.create_check_constraint(
        op.f("ck_submission_known_because"),
        "submission",
        "because in ('same-reference', 'same-person-and-need')",
        postgresql_not_valid=True,
    )
