"""A stored meeting belongs to its group's local day, so that it stays cancelled, and its seats stay taken, at another time.

Where a group had moved before, the rows of one day become one: cancelled if one was, with the seats of all of them.
A referral that had two seats on that day keeps the stronger one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UNIQUE = "uq_occurrence_offer_id_day"
_FOREIGN_KEY = "fk_seat_offer_id_occurrence"
_KEY = ["offer_id", "starts_at"]


def upgrade() -> None:
    """Apply this step."""
    op.add_column("occurrence", sa.Column("day", sa.Date(), nullable=True))
    _fill_days()
    _merge_meetings_of_one_day()
    op.alter_column("occurrence", "day", nullable=False)
    op.create_unique_constraint(op.f(_UNIQUE), "occurrence", ["offer_id", "day"])
    _replace_foreign_key(onupdate="CASCADE")
    _fill_days_of_rows_from_earlier_code()


def downgrade() -> None:
    """Undo this step. Merged rows stay merged."""
    op.execute("drop trigger fill_day on occurrence")
    op.execute("drop function fill_day_of_occurrence")
    _replace_foreign_key(onupdate=None)
    op.drop_constraint(op.f(_UNIQUE), "occurrence")
    op.drop_column("occurrence", "day")


def _fill_days() -> None:
    """Read each start in its group's zone; a zone that this PostgreSQL does not know is read as UTC."""
    op.execute("""
        create temporary table zone_of_group on commit drop as
        select distinct occurrence.offer_id, coalesce(pg_timezone_names.name, 'UTC') as zone
        from occurrence
        left join group_schedule on group_schedule.offer_id = occurrence.offer_id
        left join pg_timezone_names on pg_timezone_names.name = group_schedule.zone
    """)
    op.execute("""
        update occurrence set day = (starts_at at time zone known.zone)::date
        from zone_of_group as known where known.offer_id = occurrence.offer_id
    """)


def _merge_meetings_of_one_day() -> None:
    """1 choose the row to keep; 2 keep one seat per referral, and move seats; 3 merge."""
    _choose_meetings()  # 1
    _move_seats()  # 2
    _merge_rows()  # 3


def _choose_meetings() -> None:
    """Choose the row at the schedule's time, or else the latest."""
    op.execute("""
        create temporary table merged_meeting on commit drop as
        select offer_id, day, starts_at, kept
        from (
            select offer_id, day, starts_at, first_value(starts_at) over (
                partition by offer_id, day
                order by ((starts_at at time zone known.zone)::time = at) desc nulls last, starts_at desc
            ) as kept, count(*) over (partition by offer_id, day) as meetings
            from occurrence left join group_schedule using (offer_id)
                left join zone_of_group as known using (offer_id)) as ranked
        where meetings > 1
    """)


def _move_seats() -> None:
    op.execute("""
        delete from seat using (
            select id, row_number() over (
                partition by offer_id, day, referral_id
                order by array_position(array['taken', 'held', 'released', 'expired'], state), starts_at = kept desc
            ) as place
            from seat join merged_meeting using (offer_id, starts_at)) as ranked
        where seat.id = ranked.id and place > 1
    """)
    op.execute("""
        update seat set starts_at = kept from merged_meeting as merged
        where (seat.offer_id, seat.starts_at) = (merged.offer_id, merged.starts_at)
    """)


def _merge_rows() -> None:
    op.execute("""
        update occurrence
        set held = counts.held, taken = counts.taken, cancelled = counts.cancelled,
            seats = case when seats is not null then greatest(seats, counts.held + counts.taken) end
        from (
            select offer_id, kept, bool_or(cancelled) as cancelled,
                   (select count(*) from seat where state = 'held'
                        and (seat.offer_id, seat.starts_at) = (merged.offer_id, kept)) as held,
                   (select count(*) from seat where state = 'taken'
                        and (seat.offer_id, seat.starts_at) = (merged.offer_id, kept)) as taken
            from merged_meeting as merged join occurrence using (offer_id, starts_at)
            group by offer_id, kept) as counts
        where (occurrence.offer_id, occurrence.starts_at) = (counts.offer_id, counts.kept)
    """)
    op.execute("""
        delete from occurrence using merged_meeting as merged
        where (occurrence.offer_id, occurrence.starts_at) = (merged.offer_id, merged.starts_at)
          and merged.starts_at <> merged.kept
    """)


def _replace_foreign_key(onupdate: str | None) -> None:
    op.drop_constraint(op.f(_FOREIGN_KEY), "seat")
    op.create_foreign_key(
        op.f(_FOREIGN_KEY), "seat", "occurrence", _KEY, _KEY, ondelete="CASCADE", onupdate=onupdate
    )


def _fill_days_of_rows_from_earlier_code() -> None:
    """Code of the release before, which may still run beside this one, inserts rows without a day."""
    op.execute("""
        create function fill_day_of_occurrence() returns trigger language plpgsql as $$
        begin
            new.day := (new.starts_at at time zone coalesce(
                (select zone from group_schedule where offer_id = new.offer_id), 'UTC'))::date;
            return new;
        end $$
    """)
    op.execute("""
        create trigger fill_day before insert on occurrence
        for each row when (new.day is null) execute function fill_day_of_occurrence()
    """)
