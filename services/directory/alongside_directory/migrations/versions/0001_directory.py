"""The directory: sources, imports, records as HSDS 3.0 documents, and listings as they were announced."""

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

_TABLES = (
    "directory_listing",
    "directory_record",
    "directory_import_line",
    "directory_import_part",
    "directory_import",
    "directory_source",
)


def upgrade() -> None:
    """Apply this step."""
    create_chassis_tables_v1()
    upgrade_dead_letter_v2()
    upgrade_quarantine_v3()
    upgrade_quarantine_v4()
    upgrade_inbox_v5()
    _create_directory_source()
    _create_directory_import()
    _create_directory_import_part()
    _create_directory_import_line()
    _create_directory_record()
    _create_directory_listing()


def downgrade() -> None:
    """Undo this step."""
    for table in _TABLES:
        op.drop_table(table)
    downgrade_inbox_v5()
    downgrade_quarantine_v4()
    downgrade_quarantine_v3()
    downgrade_dead_letter_v2()
    drop_chassis_tables_v1()


def _create_directory_source() -> None:
    op.execute("""
        create table directory_source (
            key text not null,
            name text not null,
            region text not null,
            rows jsonb default '{}' not null,
            created_at timestamptz not null,
            constraint pk_directory_source primary key (key),
            constraint uq_directory_source_name unique (name)
        )
    """)


def _create_directory_import() -> None:
    op.execute("""
        create table directory_import (
            id uuid not null,
            region text not null,
            source text not null,
            source_key text not null,
            digest_key bytea,
            pause_vanished boolean not null,
            dry_run boolean default false not null,
            confirm text,
            confirmation text,
            questions jsonb default '[]' not null,
            moved text[],
            kept text[],
            attempts integer default 0 not null,
            state text not null,
            "of" integer,
            read integer default 0 not null,
            created integer default 0 not null,
            changed integer default 0 not null,
            unchanged integer default 0 not null,
            quarantined integer default 0 not null,
            lines_quarantined integer default 0 not null,
            flagged integer default 0 not null,
            vanished integer default 0 not null,
            problem text,
            remedy text,
            created_at timestamptz not null,
            finished_at timestamptz,
            constraint pk_directory_import primary key (id),
            constraint ck_directory_import_state check (state in ('queued', 'reading', 'storing', 'done', 'failed', 'held'))
        )
    """)
    op.execute(
        "create index ix_directory_import_unfinished on directory_import (id) where state in ('queued', 'reading', 'storing')"
    )


def _create_directory_import_part() -> None:
    op.execute("""
        create unlogged table directory_import_part (
            import_id uuid not null,
            number integer not null,
            content bytea not null,
            constraint pk_directory_import_part primary key (import_id, number),
            constraint fk_directory_import_part_import_id_directory_import foreign key(import_id) references directory_import (id) on delete cascade
        )
    """)


def _create_directory_import_line() -> None:
    op.execute("""
        create table directory_import_line (
            import_id uuid not null,
            number integer not null,
            kind text not null,
            file text not null,
            path text not null,
            line integer not null,
            digest text not null,
            source_id text not null,
            "column" text not null,
            code text not null,
            remedy text not null,
            constraint pk_directory_import_line primary key (import_id, number),
            constraint ck_directory_import_line_kind check (kind in ('quarantined', 'flagged')),
            constraint fk_directory_import_line_import_id_directory_import foreign key(import_id) references directory_import (id) on delete cascade
        )
    """)


def _create_directory_record() -> None:
    op.execute("""
        create table directory_record (
            id uuid not null,
            region text not null,
            source text not null,
            kind text not null,
            source_id text not null,
            hotline boolean default false not null,
            document jsonb not null,
            organization_id uuid,
            service_id uuid,
            taxonomy_id uuid,
            parent_id uuid,
            terms uuid[] default '{}' not null,
            latitude float,
            longitude float,
            postal_code text,
            search tsvector not null,
            content_hash text not null,
            verified_on date,
            first_import uuid not null,
            last_import uuid not null,
            created_at timestamptz not null,
            changed_at timestamptz not null,
            removed_at timestamptz,
            constraint pk_directory_record primary key (id),
            constraint ck_directory_record_kind check (kind in ('organization', 'service', 'service_at_location', 'taxonomy', 'taxonomy_term')),
            constraint uq_directory_record_source_kind_source_id unique (source, kind, source_id),
            constraint fk_directory_record_source_directory_source foreign key(source) references directory_source (key)
        )
    """)
    op.execute(
        "create index ix_directory_record_listed on directory_record (kind, region, id) where removed_at is null"
    )
    op.execute("create index ix_directory_record_organization_id on directory_record (organization_id)")
    op.execute("create index ix_directory_record_place on directory_record (region, latitude, longitude)")
    op.execute("create index ix_directory_record_search on directory_record using gin (search)")
    op.execute("create index ix_directory_record_service_id on directory_record (service_id)")
    op.execute("create index ix_directory_record_terms on directory_record using gin (terms)")


def _create_directory_listing() -> None:
    op.execute("""
        create table directory_listing (
            source text not null,
            source_id text not null,
            number integer not null,
            sequence bigint not null,
            state jsonb not null,
            content_hash text,
            withdrawn text,
            constraint pk_directory_listing primary key (source, source_id),
            constraint ck_directory_listing_withdrawn check (withdrawn in ('pause', 'hide')),
            constraint uq_directory_listing_source_number unique (source, number),
            constraint fk_directory_listing_source_directory_source foreign key(source) references directory_source (key)
        )
    """)
