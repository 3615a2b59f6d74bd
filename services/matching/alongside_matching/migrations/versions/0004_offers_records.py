"""Offers say more of themselves; supporters' records, groups in time, and the directory as it was published."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CODES = ("hopes", "interests", "identities", "organisations", "endorsements", "eligibility")
_TABLES = (
    "directory_record",
    "seat",
    "occurrence",
    "group_schedule",
    "self_check",
    "supporter_log",
    "training",
    "certification",
    "supporter",
)
_BELONGS = "foreign key (offer_id) references offer (id) on delete cascade"


def upgrade() -> None:
    """Apply this step."""
    _extend_offer()
    _guard_effective_capacity()
    _create_supporters()
    _create_logs()
    _create_groups()
    _create_seats()
    _create_directory()


def downgrade() -> None:
    """Undo this step."""
    for table in _TABLES:
        op.drop_table(table)
    op.execute("drop trigger no_promise_beyond_effective_capacity on offer")
    op.execute("drop function refuse_promise_beyond_effective_capacity")
    op.execute("update offer set paused_because = 'staff' where paused_because = 'not-meeting'")
    _paused_because("'staff', 'not-active', 'vanished'")
    for column in (
        *_CODES,
        "effective_capacity",
        *("capacity_limit", "required_endorsement", "availability", "latitude", "longitude", "reach_km"),
        *("certified_until", "certification_required", "checked_until", "check_required"),
        *("paused_until", "place_closed"),
    ):
        op.drop_column("offer", column)


def _extend_offer() -> None:
    codes = "".join(f"add column {name} text[] default '{{}}' not null, " for name in _CODES)
    op.execute(f"""
        alter table offer {codes}
            add column required_endorsement text,
            add column availability bytea,
            add column latitude float,
            add column longitude float,
            add column reach_km float,
            add column certified_until date,
            add column certification_required boolean default false not null,
            add column checked_until date,
            add column check_required boolean default false not null,
            add column capacity_limit integer,
            add column effective_capacity integer generated always as (least(capacity, capacity_limit)) stored,
            add column paused_until timestamptz,
            add column place_closed boolean default false not null,
            add constraint ck_offer_limit
                check (capacity_limit >= 0 and (capacity_limit is null or capacity is not null)),
            add constraint ck_offer_availability check (octet_length(availability) = 42),
            add constraint ck_offer_latitude_with_longitude check ((latitude is null) = (longitude is null)),
            add constraint ck_offer_reach_km check (reach_km > 0)
    """)
    _paused_because("'staff', 'not-active', 'vanished', 'not-meeting'")


def _paused_because(codes: str) -> None:
    op.execute("alter table offer drop constraint ck_offer_paused_because")
    op.execute(
        f"alter table offer add constraint ck_offer_paused_because check (paused_because in ({codes}))"
    )


def _guard_effective_capacity() -> None:
    """A CHECK cannot see what was promised before: promises made are kept when the effective capacity sinks."""
    op.execute("""
        create function refuse_promise_beyond_effective_capacity() returns trigger language plpgsql as $$
        begin
            raise exception 'offer % has no place left', new.id using errcode = 'check_violation';
        end $$
    """)
    op.execute("""
        create trigger no_promise_beyond_effective_capacity before update of held, taken on offer for each row
        when (new.held + new.taken > old.held + old.taken
              and new.held + new.taken > least(new.capacity, new.capacity_limit))
        execute function refuse_promise_beyond_effective_capacity()
    """)


def _create_supporters() -> None:
    op.execute(f"""
        create table supporter (
            offer_id uuid not null,
            hours_per_week_max float,
            supervisor text,
            constraint pk_supporter primary key (offer_id),
            constraint ck_supporter_hours_per_week_max check (hours_per_week_max > 0),
            constraint fk_supporter_offer_id_offer {_BELONGS})
    """)
    op.execute(f"""
        create table certification (
            id uuid not null,
            offer_id uuid not null,
            issuer text not null,
            endorsement text not null,
            issued_on date not null,
            expires_on date not null,
            constraint pk_certification primary key (id),
            constraint ck_certification_expires_on check (expires_on > issued_on),
            constraint fk_certification_offer_id_offer {_BELONGS})
    """)
    op.execute("create index ix_certification_offer_id on certification (offer_id)")
    op.execute(f"""
        create table training (
            id uuid not null,
            offer_id uuid not null,
            topic text not null,
            hours float not null,
            completed_on date not null,
            constraint pk_training primary key (id),
            constraint ck_training_hours check (hours > 0),
            constraint fk_training_offer_id_offer {_BELONGS})
    """)
    op.execute("create index ix_training_offer_id on training (offer_id)")


def _create_logs() -> None:
    op.execute(f"""
        create table supporter_log (
            id uuid not null,
            offer_id uuid not null,
            kind text not null,
            on_day date not null,
            minutes integer not null,
            constraint pk_supporter_log primary key (id),
            constraint ck_supporter_log_kind check (kind in ('supervision', 'crisis', 'support')),
            constraint ck_supporter_log_minutes check (minutes >= 0 and minutes <= 1440),
            constraint fk_supporter_log_offer_id_offer {_BELONGS})
    """)
    op.execute("create index ix_supporter_log_offer_id on supporter_log (offer_id, on_day)")
    op.execute(f"""
        create table self_check (
            id uuid not null,
            offer_id uuid not null,
            rested smallint not null,
            supported smallint not null,
            able smallint not null,
            taken_at timestamptz not null,
            constraint pk_self_check primary key (id),
            constraint ck_self_check_rested check (rested between 0 and 4),
            constraint ck_self_check_supported check (supported between 0 and 4),
            constraint ck_self_check_able check (able between 0 and 4),
            constraint fk_self_check_offer_id_offer {_BELONGS})
    """)
    op.execute("create index ix_self_check_offer_id on self_check (offer_id, taken_at)")


def _create_groups() -> None:
    op.execute(f"""
        create table group_schedule (
            offer_id uuid not null,
            zone text not null,
            starts_on date not null,
            at time not null,
            minutes integer not null,
            every text not null,
            weekdays text[] default '{{}}' not null,
            nth smallint[] default '{{}}' not null,
            until date,
            exceptions date[] default '{{}}' not null,
            meeting_state text not null,
            newcomers boolean not null,
            seats integer,
            facilitators_min integer default 0 not null,
            constraint pk_group_schedule primary key (offer_id),
            constraint ck_group_schedule_every check (every in ('week', 'fortnight', 'month')),
            constraint ck_group_schedule_meeting_state check (meeting_state in ('meeting', 'suspended', 'ended')),
            constraint ck_group_schedule_minutes check (minutes between 1 and 1440),
            constraint ck_group_schedule_weekdays check (cardinality(weekdays) > 0),
            constraint ck_group_schedule_nth_of_the_month check ((every = 'month') = (cardinality(nth) > 0)),
            constraint ck_group_schedule_until check (until is null or until >= starts_on),
            constraint ck_group_schedule_counts check (seats >= 0 and facilitators_min >= 0),
            constraint fk_group_schedule_offer_id_offer {_BELONGS})
    """)


def _create_seats() -> None:
    op.execute(f"""
        create table occurrence (
            offer_id uuid not null,
            starts_at timestamptz not null,
            seats integer,
            held integer default 0 not null,
            taken integer default 0 not null,
            cancelled boolean not null,
            facilitators integer,
            constraint pk_occurrence primary key (offer_id, starts_at),
            constraint ck_occurrence_counts check (held >= 0 and taken >= 0 and seats >= 0),
            constraint ck_occurrence_within_seats check (seats is null or held + taken <= seats),
            constraint ck_occurrence_facilitators check (facilitators >= 0),
            constraint fk_occurrence_offer_id_offer {_BELONGS})
    """)
    op.execute("""
        create table seat (
            id uuid not null,
            offer_id uuid not null,
            starts_at timestamptz not null,
            referral_id uuid not null,
            state text not null,
            expires_at timestamptz,
            constraint pk_seat primary key (id),
            constraint ck_seat_state check (state in ('held', 'taken', 'released', 'expired')),
            constraint uq_seat_offer_id_starts_at_referral_id unique (offer_id, starts_at, referral_id),
            constraint fk_seat_offer_id_occurrence foreign key (offer_id, starts_at)
                references occurrence (offer_id, starts_at) on delete cascade)
    """)
    op.execute("create index ix_seat_referral_id on seat (referral_id)")


def _create_directory() -> None:
    op.execute("""
        create table directory_record (
            id uuid not null,
            region text not null,
            kind text not null,
            source_id text not null,
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
            constraint uq_directory_record_region_kind_source_id unique (region, kind, source_id),
            constraint ck_directory_record_kind
                check (kind in ('organization', 'service', 'service_at_location', 'taxonomy', 'taxonomy_term')))
    """)
    for name, on in {
        "listed": "(kind, region, id) where removed_at is null",
        "search": "using gin (search)",
        "terms": "using gin (terms)",
        "organization_id": "(organization_id)",
        "service_id": "(service_id)",
        "place": "(region, latitude, longitude)",
    }.items():
        op.execute(f"create index ix_directory_record_{name} on directory_record {on}")
