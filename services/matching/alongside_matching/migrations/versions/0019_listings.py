"""Listings as the directory announces them.

The tables of the directory, which is a separate service now, stay for a release: nothing reads them any more but the command that
carries them over and, on the way back, the release before.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.execute("""
        create table listing (
            source text not null,
            source_id text not null,
            number integer not null,
            sequence bigint not null,
            region text not null,
            state jsonb not null,
            effect text,
            changed_at timestamptz not null,
            constraint pk_listing primary key (source, source_id),
            constraint ck_listing_effect check (effect in ('pause', 'hide'))
        )
    """)


def downgrade() -> None:
    """Undo this step. The directory of this release announces everything again when it is asked to."""
    op.drop_table("listing")
