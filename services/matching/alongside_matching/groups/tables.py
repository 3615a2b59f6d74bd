"""Schedules of groups, changed meetings, and seats."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from alongside_matching.columns import Base, check_one_of, codes_column, count_column, offer_column
from alongside_matching.groups.rules import MeetingState, SeatState


class GroupScheduleRow(Base, table=True):
    """When a group meets: wall-clock time in an IANA zone, repeated; `exceptions` are local days without a meeting.

    Whether its place is open is the offer's `place_closed`, independent of whether the group meets.
    """

    __tablename__ = "group_schedule"
    __table_args__ = (
        check_one_of("every", "week", "fortnight", "month"),
        check_one_of("meeting_state", *MeetingState),
        CheckConstraint("minutes between 1 and 1440", name="minutes"),
        CheckConstraint("cardinality(weekdays) > 0", name="weekdays"),
        CheckConstraint("(every = 'month') = (cardinality(nth) > 0)", name="nth_of_the_month"),
        CheckConstraint("until is null or until >= starts_on", name="until"),
        CheckConstraint("seats >= 0 and facilitators_min >= 0", name="counts"),
    )

    offer_id: UUID = Field(sa_column=offer_column(primary_key=True))
    zone: str = Field(sa_type=Text)
    starts_on: date
    at: time = Field(sa_column=Column(Time(timezone=False), nullable=False))
    minutes: int
    every: str = Field(sa_type=Text)
    weekdays: list[str] = Field(sa_column=codes_column())
    nth: list[int] = Field(sa_column=Column(ARRAY(SmallInteger), nullable=False, server_default=text("'{}'")))
    until: date | None = None
    exceptions: list[date] = Field(sa_column=Column(ARRAY(Date), nullable=False, server_default=text("'{}'")))
    meeting_state: str = Field(sa_type=Text)
    newcomers: bool
    seats: int | None = None
    facilitators_min: int = Field(sa_column=count_column())


class OccurrenceRow(Base, table=True):
    """One meeting that differs from its schedule or has seats. `seats` null: unlimited.

    It belongs to the group's local `day`; `starts_at` moves with the schedule. `facilitators` null: not known yet.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        CheckConstraint("held >= 0 and taken >= 0 and seats >= 0", name="counts"),
        CheckConstraint("seats is null or held + taken <= seats", name="within_seats"),
        CheckConstraint("facilitators >= 0", name="facilitators"),
        UniqueConstraint("offer_id", "day"),
    )

    offer_id: UUID = Field(sa_column=offer_column(primary_key=True))
    starts_at: datetime = Field(primary_key=True)
    day: date
    seats: int | None = None
    held: int = Field(sa_column=count_column())
    taken: int = Field(sa_column=count_column())
    cancelled: bool = False
    facilitators: int | None = None


class SeatRow(Base, table=True):
    """One referral's seat at one meeting: held until `expires_at`, taken, released or expired."""

    __tablename__ = "seat"
    __table_args__ = (
        check_one_of("state", *SeatState),
        UniqueConstraint("offer_id", "starts_at", "referral_id"),
        ForeignKeyConstraint(
            ["offer_id", "starts_at"],
            ["occurrence.offer_id", "occurrence.starts_at"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        Index(None, "referral_id"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID
    starts_at: datetime
    referral_id: UUID
    state: str = Field(sa_type=Text)
    expires_at: datetime | None = None
