"""The rows matching owns. Only the store and the migrations look in here.

Three invariants are the database's own: no offer promises more places than it has (`within_capacity`), none promises
another beyond its effective capacity (the trigger `no_promise_beyond_effective_capacity`, as only a trigger sees what
was promised before), and a referral has at most one proposal that is open or accepted (`ix_proposal_one_at_a_time`).
"""

from datetime import date, datetime
from typing import Any
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
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from alongside_matching.tables.columns import Base, codes, count, metadata, of_offer
from alongside_matching.tables.directory import DirectoryRecordRow
from alongside_matching.tables.groups import GroupScheduleRow, OccurrenceRow, SeatRow
from alongside_matching.tables.supporters import (
    CertificationRow,
    SelfCheckRow,
    SupporterLogRow,
    SupporterRow,
    TrainingRow,
)

__all__ = [
    "CertificationRow",
    "DirectoryImportLineRow",
    "DirectoryImportPartRow",
    "DirectoryImportRow",
    "DirectoryRecordRow",
    "GroupScheduleRow",
    "OccurrenceRow",
    "OfferContactRow",
    "OfferRow",
    "ProposalRow",
    "RequestRow",
    "SeatRow",
    "SelfCheckRow",
    "SupporterLogRow",
    "SupporterRow",
    "TrainingRow",
    "metadata",
]


def _flag() -> Column[bool]:
    return Column(Boolean, nullable=False, server_default=text("false"))


class OfferRow(Base, table=True):
    """Something a person can be referred to. `name` is public and only groups and services have one.

    An imported offer may name no need: it is listed, and never proposed. `capacity` is what is agreed;
    `capacity_limit` is what the well-being valve lets through now (null: all of it); `effective_capacity` is the
    smaller of the two and what matching reckons with. When it sinks below what is promised, promises are kept and no
    more are made. `availability` holds 336 half hours of the region's week, Monday 00:00 first, one bit each (in
    the first byte, its least significant bit first); null when the offer does not say. A position that came over HTTP
    is coarse (`domain/whereabouts`); a directory's is as published.
    """

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("kind in ('supporter', 'group', 'service')", name="kind"),
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
        CheckConstraint(
            "paused_because in ('staff', 'not-active', 'vanished', 'not-meeting')", name="paused_because"
        ),
        CheckConstraint("(source is null) = (source_id is null)", name="source_with_its_id"),
        UniqueConstraint("source", "source_id"),
        Index(None, "needs", postgresql_using="gin"),
        Index(None, "region", "id"),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    name: str | None = Field(default=None, sa_type=Text)
    needs: list[str] = Field(sa_column=codes())
    languages: list[str] = Field(sa_column=codes())
    formats: list[str] = Field(sa_column=codes())
    modes: list[str] = Field(sa_column=codes())
    age_bands: list[str] = Field(sa_column=codes())
    hopes: list[str] = Field(sa_column=codes())
    interests: list[str] = Field(sa_column=codes())
    identities: list[str] = Field(sa_column=codes())
    organisations: list[str] = Field(sa_column=codes())
    endorsements: list[str] = Field(sa_column=codes())
    eligibility: list[str] = Field(sa_column=codes())
    only_for: list[str] = Field(sa_column=codes())
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
    held: int = Field(sa_column=count())
    taken: int = Field(sa_column=count())
    paused_because: str | None = Field(default=None, sa_type=Text)
    paused_until: datetime | None = None
    place_closed: bool = Field(sa_column=_flag())
    source: str | None = Field(default=None, sa_type=Text)
    source_id: str | None = Field(default=None, sa_type=Text)
    content_hash: str | None = Field(default=None, sa_type=Text)
    created_at: datetime
    updated_at: datetime


class OfferChangeRow(Base, table=True):
    """The transaction that last changed an offer, and the last that changed more than its places (`store/changes.py`).

    Written by triggers on `offer` alone.
    """

    __tablename__ = "offer_change"
    __table_args__ = (Index(None, "changed_in"),)

    offer_id: UUID = Field(
        sa_column=Column(PG_UUID(as_uuid=True), ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True)
    )
    changed_in: int = Field(sa_type=BigInteger)
    said_in: int = Field(sa_type=BigInteger)


class PolicyRow(Base, table=True):
    """The numbers of a policy decisions were made under, by the hash of them."""

    __tablename__ = "policy"

    version: str = Field(primary_key=True, sa_type=Text)
    numbers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    first_used_at: datetime


class DecisionRow(Base, table=True):
    """What was decided for a referral (`store/decisions.py`); forgotten after `decision_days`."""

    __tablename__ = "decision"
    __table_args__ = (
        Index(None, "referral_id", "id"),
        Index(None, "region", "id"),
        Index(None, "decided_at"),
    )

    id: UUID = Field(primary_key=True)
    referral_id: UUID
    region: str = Field(sa_type=Text)
    policy_version: str = Field(sa_type=Text)
    proposal_id: UUID | None = None
    meanwhile: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB, nullable=True))
    document: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    decided_at: datetime


class PartedRow(Base, table=True):
    """A person and an offer they asked not to go on with, by opaque ids."""

    __tablename__ = "parted"

    person_id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(primary_key=True)
    parted_at: datetime


class OfferContactRow(Base, table=True):
    """How an offer is reached. It is kept apart so that no offer, event or log line can carry it by accident."""

    __tablename__ = "offer_contact"

    offer_id: UUID = Field(sa_column=of_offer(primary_key=True))
    email: str = Field(sa_type=Text)


class RequestRow(Base, table=True):
    """What one referral seeks and where it stands. Its row is locked before anything of the referral is decided."""

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint("state in ('searching', 'waiting', 'proposed', 'matched', 'closed')", name="state"),
        Index(
            "ix_request_waiting",
            "region",
            "urgency_rank",
            "waiting_since",
            "referral_id",
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    referral_id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    needs: list[str] = Field(sa_column=codes())
    sought: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    urgency_rank: int
    asked: list[UUID] = Field(
        sa_column=Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False, server_default=text("'{}'"))
    )
    attempts: int = Field(sa_column=count())
    waiting_since: datetime
    updated_at: datetime


class ProposalRow(Base, table=True):
    """One offer asked for one referral, what it was chosen for, and the answer."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("state in ('open', 'accepted', 'declined', 'lapsed', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'open') = (answered_at is null)", name="answered_at"),
        CheckConstraint("(state = 'declined') = (declined_because is not null)", name="declined_because"),
        UniqueConstraint("referral_id", "attempt"),
        Index(
            "ix_proposal_one_at_a_time",
            "referral_id",
            unique=True,
            postgresql_where=text("state in ('open', 'accepted')"),
        ),
        Index(None, "offer_id", "id"),
        Index("ix_proposal_open", "id", postgresql_where=text("state = 'open'")),
    )

    id: UUID = Field(primary_key=True)
    referral_id: UUID = Field(
        sa_column=Column(PG_UUID(as_uuid=True), ForeignKey("request.referral_id"), nullable=False)
    )
    offer_id: UUID = Field(sa_column=Column(PG_UUID(as_uuid=True), ForeignKey("offer.id"), nullable=False))
    offer_kind: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    attempt: int
    state: str = Field(sa_type=Text)
    reasons: list[str] = Field(sa_column=codes())
    score: float
    factors: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    considered: int
    expires_at: datetime
    answered_at: datetime | None = None
    declined_because: str | None = Field(default=None, sa_type=Text)
    created_at: datetime


class DirectoryImportRow(Base, table=True):
    """One uploaded directory and how far its reading has come."""

    __tablename__ = "directory_import"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'reading', 'storing', 'done', 'failed')", name="state"),
        Index(
            "ix_directory_import_unfinished",
            "id",
            postgresql_where=text("state in ('queued', 'reading', 'storing')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    region: str = Field(sa_type=Text)
    pause_vanished: bool
    attempts: int = Field(sa_column=count())
    state: str = Field(sa_type=Text)
    of: int | None = None
    read: int = Field(sa_column=count())
    created: int = Field(sa_column=count())
    changed: int = Field(sa_column=count())
    unchanged: int = Field(sa_column=count())
    quarantined: int = Field(sa_column=count())
    lines_quarantined: int = Field(sa_column=count())
    flagged: int = Field(sa_column=count())
    vanished: int = Field(sa_column=count())
    problem: str | None = Field(default=None, sa_type=Text)
    remedy: str | None = Field(default=None, sa_type=Text)
    created_at: datetime
    finished_at: datetime | None = None


class DirectoryImportPartRow(Base, table=True):
    """A piece of an uploaded file. Kept in the database so that any process can go on after a crash; then deleted."""

    __tablename__ = "directory_import_part"

    import_id: UUID = Field(
        sa_column=Column(
            PG_UUID(as_uuid=True), ForeignKey("directory_import.id", ondelete="CASCADE"), primary_key=True
        )
    )
    number: int = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DirectoryImportLineRow(Base, table=True):
    """One thing the import has to say about one line of the file."""

    __tablename__ = "directory_import_line"
    __table_args__ = (CheckConstraint("kind in ('quarantined', 'flagged')", name="kind"),)

    import_id: UUID = Field(
        sa_column=Column(
            PG_UUID(as_uuid=True), ForeignKey("directory_import.id", ondelete="CASCADE"), primary_key=True
        )
    )
    number: int = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    file: str = Field(sa_type=Text)
    line: int
    source_id: str = Field(sa_type=Text)
    column: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    detail: str = Field(sa_type=Text)
    remedy: str = Field(sa_type=Text)
