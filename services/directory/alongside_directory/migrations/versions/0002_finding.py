"""Records are found by their words in each of their languages; the service indexes those of earlier releases itself."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.execute("alter table directory_record add column languages text[] default '{}' not null")
    op.execute("alter table directory_record add column indexed boolean default false not null")
    op.execute("alter table directory_record alter column search set default ''")
    op.execute("alter table directory_record drop column content_hash")
    op.execute(
        "create table directory_language (config text not null, constraint pk_directory_language primary key (config))"
    )
    op.execute("alter index ix_directory_record_search set (fastupdate = off)")
    op.execute(
        "create index ix_directory_record_not_indexed on directory_record (source, id) where not indexed and removed_at is null"
    )


def downgrade() -> None:
    """Undo this step. Words find what was stored before only in English, and the next import counts all of it as changed."""
    op.execute("drop index ix_directory_record_not_indexed")
    op.execute("alter index ix_directory_record_search reset (fastupdate)")
    op.drop_table("directory_language")
    op.execute("alter table directory_record add column content_hash text default '' not null")
    op.execute("alter table directory_record alter column content_hash drop default")
    op.execute("alter table directory_record alter column search drop default")
    op.execute("alter table directory_record drop column indexed")
    op.execute("alter table directory_record drop column languages")
