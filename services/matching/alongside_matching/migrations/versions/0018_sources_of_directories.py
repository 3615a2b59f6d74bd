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
            add source text, add source_key text, add digest_key bytea, add dry_run boolean not null default false, add confirm text, add confirmation text,
            add questions jsonb not null default '[]', add moved text[], add kept text[], add released text[],
            drop constraint ck_directory_import_state,
            add constraint ck_directory_import_state check (state in ('queued', 'reading', 'storing', 'done', 'failed', 'held'))
    """
    )
    op.execute("update directory_import set source = region, source_key = region")
    op.execute("alter table directory_import alter source set not null, alter source_key set not null")
    op.execute("alter table directory_import_part set unlogged")
    op.execute("""
        alter table directory_import_line
            drop detail, add path text not null default '', add digest text not null default ''
    """)
    op.execute("alter table directory_import_line alter path drop default, alter digest drop default")
    _change_records()
    _hide_confidential_places()


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


def _hide_confidential_places() -> None:
    """Hide what an earlier release shows of places that their publisher calls confidential, until the next import does it better."""
    op.execute(
        r"""
        create temporary table hidden_service on commit drop as
        with said as (
            select distinct service_id, document ->> 'location_id' as location_id from directory_record
            where kind in ('service', 'service_at_location') and removed_at is null
              and document::text ~* '\y(confidential(ly)?|confidencial|confidentielle?|undisclosed|withheld|do not publish)\y')
        select distinct record.service_id, record.source, split_part(record.source_id, '@', 1) as source_id
        from directory_record record
        where record.kind = 'service_at_location' and (
            record.service_id in (select service_id from said)
            or record.document ->> 'location_id' in (select location_id from said))
        """
    )
    op.execute(
        """
        update directory_record
        set latitude = null, longitude = null, postal_code = left(postal_code, 5), content_hash = '',
            document = case kind when 'service' then document - 'service_at_locations' else jsonb_set(
                document, '{location}', jsonb_build_object('id', document -> 'location_id', 'location_type', 'physical'))
            end
        where service_id in (select service_id from hidden_service) and kind in ('service', 'service_at_location')
          and removed_at is null
        """
    )
    op.execute(
        """
        update offer set latitude = null, longitude = null, content_hash = null
        from hidden_service where offer.source = 'directory:' || hidden_service.source
          and offer.source_id = hidden_service.source_id
        """
    )


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
    op.execute("""
        with ended as (
            update directory_import set state = 'failed', problem = 'Another release of matching was installed',
                remedy = 'Send the package again.'
            where state = 'held' or state in ('queued', 'reading', 'storing') and (dry_run or source_key <> region)
            returning id)
        delete from directory_import_part where import_id in (select id from ended)
    """)
    op.execute(
        """
        alter table directory_import
            drop source, drop source_key, drop digest_key, drop dry_run, drop confirm, drop confirmation, drop questions,
            drop moved, drop kept, drop released,
            drop constraint ck_directory_import_state, add constraint ck_directory_import_state check (state in ('queued', 'reading', 'storing', 'done', 'failed'))
    """
    )
    op.execute("drop table directory_source")
