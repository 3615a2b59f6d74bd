"""Roles and channels may be those of another release: no constraint names them any more."""

from alembic import op

from alongside_chassis import migrations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CONSTRAINTS = {
    "role": "('referrer', 'target', 'person', 'coordinator')",
    "channel": "('in-app', 'email')",
}


def upgrade() -> None:
    """Apply this step."""
    for column in _CONSTRAINTS:
        op.drop_constraint(op.f(f"ck_notice_{column}"), "notice")
    migrations.upgrade_quarantine_v4()


def downgrade() -> None:
    """Undo this step. A row with a newer code stays, and cannot be changed until the next upgrade."""
    migrations.downgrade_quarantine_v4()
    for column, codes in _CONSTRAINTS.items():
        name = op.f(f"ck_notice_{column}")
        op.create_check_constraint(name, "notice", f"{column} in {codes}", postgresql_not_valid=True)
