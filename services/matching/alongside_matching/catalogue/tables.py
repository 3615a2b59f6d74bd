"""Offers, and the records of supporters, which contain no names.

Two invariants are enforced by the database: no offer promises more places than it has (`within_capacity`), and no new
promise exceeds the effective capacity (the trigger `no_promise_beyond_effective_capacity`, because only a trigger
sees the earlier value). Only allocation writes `held` and `taken` (`allocation/store/places.py`).
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from alongside_contracts.vocabulary import OfferKind
from alongside_matching.catalogue.rules.codes import LogKind
from alongside_matching.catalogue.rules.pauses import PausedBecause
from alongside_matching.columns import Base, check_one_of, codes_column, count_column, offer_column


def _flag() -> Column[bool]:
    return Column(Boolean, nullable=False, server_default=text("false"))


class OfferRow(Base, table=True):
    """Something a person can be referred to. `name` is public; only groups and services have one.

    An imported offer may have no need: it is listed and never proposed. `capacity` is agreed; `capacity_limit` is the
    limit set by the well-being rule (null: none); `effective_capacity` is the smaller of the two and what matching
    uses. When it falls below held plus taken, existing promises stay and no new ones are made. `availability` has 336
    half hours of the region's week, Monday 00:00 first, one bit each (in the first byte, its least significant bit
    first); null when unknown. A position sent over HTTP is coarse (`rules/coarse_position`); a directory's is as
    published.
    """

    __tablename__ = "offer"
    __table_args__ = (
        check_one_of("kind", *OfferKind),
        CheckConstraint("kind <> 'supporter' or name is null", name="supporters_have_no_name_here"),
        CheckConstraint("cardinality(needs) > 0 or source is not null", name="needs"),
        CheckConstraint("cardinality(languages) > 0", name="languages"),
        CheckConstraint("capacity >= 0 and held >= 0 and taken >= 0", name="counts"),
        CheckConstraint("capacity is null or held + taken <= capacity", name="within_capacity"),
        CheckConstraint(
            "capacity_limit >= 0 and (capacity_limit is null or capacity is not null)", name="limit"
        ),
        CheckConstraint("octet_length(availability) = 42", name="availability"),
        CheckConstraint("(latitude is null) = (longitude is null)", name="latitude_with_longitude"),
        CheckConstraint("reach_km > 0", name="reach_km"),
        check_one_of("paused_because", *PausedBecause),
        CheckConstraint("(source is null) = (source_id is null)", name="source_with_its_id"),
        UniqueConstraint("source", "source_id"),
        Index(None, "needs", postgresql_using="gin"),
        Index(None, "region", "id"),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    name: str | None = Field(default=None, sa_type=Text)
    needs: list[str] = Field(sa_column=codes_column())
    languages: list[str] = Field(sa_column=codes_column())
    formats: list[str] = Field(sa_column=codes_column())
    modes: list[str] = Field(sa_column=codes_column())
    age_bands: list[str] = Field(sa_column=codes_column())
    hopes: list[str] = Field(sa_column=codes_column())
    interests: list[str] = Field(sa_column=codes_column())
    identities: list[str] = Field(sa_column=codes_column())
    organisations: list[str] = Field(sa_column=codes_column())
    endorsements: list[str] = Field(sa_column=codes_column())
    eligibility: list[str] = Field(sa_column=codes_column())
    only_for: list[str] = Field(sa_column=codes_column())
    required_endorsement: str | None = Field(default=None, sa_type=Text)
    availability: bytes | None = Field(default=None, sa_type=LargeBinary)
    latitude: float | None = None
    longitude: float | None = None
    reach_km: float | None = None
    certified_until: date | None = None
    certification_required: bool = Field(sa_column=_flag())
    checked_until: date | None = None
    check_required: bool = Field(sa_column=_flag())
    capacity: int | None = None
    capacity_limit: int | None = None
    effective_capacity: int | None = Field(
        default=None, sa_column=Column(Integer, Computed("least(capacity, capacity_limit)", persisted=True))
    )
    held: int = Field(sa_column=count_column())
    taken: int = Field(sa_column=count_column())
    paused_because: str | None = Field(default=None, sa_type=Text)
    paused_until: datetime | None = None
    place_closed: bool = Field(sa_column=_flag())
    source: str | None = Field(default=None, sa_type=Text)
    source_id: str | None = Field(default=None, sa_type=Text)
    content_hash: str | None = Field(default=None, sa_type=Text)
    withdrawn: bool = Field(sa_column=_flag())
    kept_by_staff: list[str] = Field(sa_column=codes_column())
    created_at: datetime
    updated_at: datetime


class OfferChangeRow(Base, table=True):
    """The transaction that last changed an offer, and the last that changed more than its places.

    Written only by triggers on `offer`; see `catalogue/store/changes.py`.
    """

    __tablename__ = "offer_change"
    __table_args__ = (Index(None, "changed_in"),)

    offer_id: UUID = Field(
        sa_column=Column(PG_UUID(as_uuid=True), ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    )
    changed_in: int = Field(sa_type=BigInteger)
    said_in: int = Field(sa_type=BigInteger)


class OfferContactRow(Base, table=True):
    """The contact of an offer, in a separate table so that no offer, event or log line contains it by accident."""

    __tablename__ = "offer_contact"

    offer_id: UUID = Field(sa_column=offer_column(primary_key=True))
    email: str = Field(sa_type=Text)
    unusable_since: datetime | None = None


class SupporterRow(Base, table=True):
    """The agreement with a supporter beside the places: hours, and the supervisor (an opaque reference)."""

    __tablename__ = "supporter"
    __table_args__ = (CheckConstraint("hours_per_week_max > 0", name="hours_per_week_max"),)

    offer_id: UUID = Field(sa_column=offer_column(primary_key=True))
    hours_per_week_max: float | None = None
    supervisor: str | None = Field(default=None, sa_type=Text)


class CertificationRow(Base, table=True):
    """A certificate and its endorsement."""

    __tablename__ = "certification"
    __table_args__ = (
        CheckConstraint("expires_on > issued_on", name="expires_on"),
        Index(None, "offer_id"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=offer_column())
    issuer: str = Field(sa_type=Text)
    endorsement: str = Field(sa_type=Text)
    issued_on: date
    expires_on: date


class TrainingRow(Base, table=True):
    """A completed training."""

    __tablename__ = "training"
    __table_args__ = (CheckConstraint("hours > 0", name="hours"), Index(None, "offer_id"))

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=offer_column())
    topic: str = Field(sa_type=Text)
    hours: float
    completed_on: date


class SupporterLogRow(Base, table=True):
    """A log entry of a supporter: supervision, exposure to a crisis, or time spent supporting."""

    __tablename__ = "supporter_log"
    __table_args__ = (
        check_one_of("kind", *LogKind),
        CheckConstraint("minutes >= 0 and minutes <= 1440", name="minutes"),
        Index(None, "offer_id", "on_day"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=offer_column())
    kind: str = Field(sa_type=Text)
    on_day: date
    minutes: int


class SelfCheckRow(Base, table=True):
    """Three private answers, 0 (not at all) to 4 (entirely). Only the well-being rule reads them; no route shows
    them."""

    __tablename__ = "self_check"
    __table_args__ = (
        CheckConstraint("rested between 0 and 4", name="rested"),
        CheckConstraint("supported between 0 and 4", name="supported"),
        CheckConstraint("able between 0 and 4", name="able"),
        Index(None, "offer_id", "taken_at"),
    )

    id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(sa_column=offer_column())
    rested: int = Field(sa_type=SmallInteger)
    supported: int = Field(sa_type=SmallInteger)
    able: int = Field(sa_type=SmallInteger)
    taken_at: datetime
