"""Directories have sources; uploads are in no backup; findings keep no content; tombstones keep no document.

Each region's directory so far becomes a source named after the region. Its key is the region too, so that records and offers
keep their ids.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _create_sources()
    op.execute(
        """
        alter table directory_import
            add source text, add dry_run boolean not null default false, add confirm text, add confirmation text,
            add questions jsonb not null default '[]', add moved text[], add kept text[],
            drop constraint ck_directory_import_state,
            add constraint ck_directory_import_state check (state in ('queued', 'reading', 'storing', 'done', 'failed', 'held'))
    """
    )
    op.execute("update directory_import set source = region")
    op.execute("alter table directory_import alter source set not null")
    op.execute("alter table directory_import_part set unlogged")
    op.execute("""
        alter table directory_import_line
            drop detail, add path text not null default '', add digest text not null default ''
    """)
    op.execute("alter table directory_import_line alter path drop default, alter digest drop default")
    _change_records()


def _create_sources() -> None:
    op.execute("""
        create table directory_source (
            key text not null, name text not null, region text not null, rows jsonb not null default '{}',
            created_at timestamptz not null,
            constraint pk_directory_source primary key (key),
            constraint uq_directory_source_name unique (name))
    """)
    op.execute("""
        insert into directory_source (key, name, region, created_at)
        select region, region, region, min(created_at) from (
            select region, created_at from directory_record
            union all select region, created_at from directory_import where state = 'done') as known
        group by region
    """)


def _change_records() -> None:
    op.execute("""
        alter table directory_record
            add source text constraint fk_directory_record_source_directory_source references directory_source (key),
            add hotline boolean not null default false,
            drop constraint uq_directory_record_region_kind_source_id
    """)
    op.execute("update directory_record set source = region")
    op.execute("""
        alter table directory_record
            alter source set not null,
            add constraint uq_directory_record_source_kind_source_id unique (source, kind, source_id)
    """)
    op.execute("""
        update directory_record
        set latitude = null, longitude = null, postal_code = null, search = '', content_hash = '',
            document = jsonb_strip_nulls(jsonb_build_object(
                'id', id, 'name', document -> 'name',
                'organization', jsonb_build_object('name', document -> 'organization' -> 'name')))
        where removed_at is not null
    """)


def downgrade() -> None:
    """Undo this step. Records of other sources than a region's first go: the step before would mix them up."""
    op.execute("delete from directory_record where source <> region")
    op.execute("""
        alter table directory_record
            drop constraint uq_directory_record_source_kind_source_id, drop source, drop hotline,
            add constraint uq_directory_record_region_kind_source_id unique (region, kind, source_id)
    """)
    op.execute("""
        alter table directory_import_line drop path, drop digest, add detail text not null default ''
    """)
    op.execute("alter table directory_import_line alter detail drop default")
    op.execute("alter table directory_import_part set logged")
    op.execute("update directory_import set state = 'failed' where state = 'held'")
    op.execute(
        """
        alter table directory_import
            drop source, drop dry_run, drop confirm, drop confirmation, drop questions,
            drop moved, drop kept,
            drop constraint ck_directory_import_state, add constraint ck_directory_import_state check (state in ('queued', 'reading', 'storing', 'done', 'failed'))
    """
    )
    op.execute("drop table directory_source")
