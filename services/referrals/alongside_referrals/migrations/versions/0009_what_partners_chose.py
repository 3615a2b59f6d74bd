"""How partners want to hear of their referrals: the update on a partner's stream may be the notice of an end."""

from alembic import op

from alongside_chassis import migrations

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    migrations.create_partner_channels()


def downgrade() -> None:
    """Undo this step. Every partner then has every channel."""
    op.drop_table("partner_channels")
