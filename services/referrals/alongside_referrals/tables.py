"""The tables of the referrals service, private to store and migrations. Their constraints guard the invariants too.

A column with codes of an open list has no constraint on them: during an upgrade, instances of two releases share the table.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from alongside_chassis.tables import (
    NAMING_CONVENTION,
    chassis_tables,
    erased_person_table,
    partner_channels_table,
)
from alongside_contracts.vocabulary import TERMINAL, Fit, OfferKind, Status
from alongside_referrals.domain.codes import EntryKind, WaitKind

TableName: TypeAlias = str | Callable[..., str]
NOTE_CHARS_MAX: Final = 2_000

_metadata: Final = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(_metadata)
erased_person_table(_metadata)
partner_channels_table(_metadata)


class Base(SQLModel):
    """Base of the service's tables: separate metadata, so that its migrations concern no other service."""

    metadata = _metadata


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _one_of(column: str, codes: Iterable[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({_listed(codes)})", name=f"known_{column}")


_ENDED: Final = f"status in ({_listed(sorted(TERMINAL))})"


class ReferralRow(Base, table=True):
    """The present state of one referral. `request` is matching's input, codes only, kept for a successor.

    Once its person is erased, `reference` holds a value that nobody can submit, and `request` nothing.

    `amendment` and `consent_change` are intake's numbers of the latest amendment and change of consent, 0 before any.
    """

    __tablename__: ClassVar[TableName] = "referral"
    __table_args__: ClassVar[Any] = (
        _one_of("status", Status),
        _one_of("offer_kind", OfferKind),
        _one_of("waits_for", WaitKind),
        CheckConstraint(f"({_ENDED}) = (next_actor is null)", name="open_has_a_next_actor"),
        CheckConstraint(
            "(next_actor is null) = (due_at is null) and (next_actor is null) = (waits_for is null)",
            name="next_actor_has_a_due_time",
        ),
        CheckConstraint("sequence >= 1 and entries >= sequence", name="entries_cover_transitions"),
        CheckConstraint("status <> 'completed' or outcome is not null", name="completed_has_an_outcome"),
        CheckConstraint(
            "status not in ('rejected', 'on-hold', 'cancelled', 'failed') or reason is not null",
            name="stopped_has_a_reason",
        ),
        CheckConstraint(
            "status not in ('accepted', 'in-progress', 'on-hold', 'completed', 'failed') or offer_id is not null",
            name="taken_on_has_an_offer",
        ),
        CheckConstraint(
            "notice_delivered_at is null or referrer_notified_at is not null", name="delivered_is_notified"
        ),
        Index("ix_referral_status_id", "status", "id"),
        Index("ix_referral_partner_reference", "partner", "reference"),
        Index("ix_referral_person_id", "person_id"),
        Index(
            "ix_referral_next_actor_due_at",
            "next_actor",
            "due_at",
            postgresql_where=text("next_actor is not null"),
        ),
        Index("uq_referral_replaces", "replaces", unique=True, postgresql_where=text("replaces is not null")),
    )

    id: UUID = Field(primary_key=True)
    person_id: UUID
    partner: str | None = Field(default=None, sa_type=Text)
    reference: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    request: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    replaces: UUID | None = Field(default=None, foreign_key="referral.id")
    status: str = Field(sa_type=Text)
    business_status: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    sequence: int
    entries: int
    offer_id: UUID | None = None
    offer_kind: str | None = Field(default=None, sa_type=Text)
    proposal_id: UUID | None = None
    answer_by: datetime | None = None
    attempt: int
    excluded_offers: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    contact_attempts: int
    contact_at: datetime | None = None
    noted_at: datetime | None = None
    amendment: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))
    consent_change: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))
    consent_covers: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    waits_for: str | None = Field(default=None, sa_type=Text)
    rung: int
    next_actor: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = None
    closing_event: str | None = Field(default=None, sa_type=Text)
    referrer_notified_at: datetime | None = None
    notice_delivered_at: datetime | None = None
    loop_closed_at: datetime | None = None
    requested_at: datetime
    changed_at: datetime


class StaleAdmissionRow(Base, table=True):
    """A referral that never began, because its person had been erased: what is announced about it changes nothing."""

    __tablename__: ClassVar[TableName] = "stale_admission"

    referral_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(
        sa_column=Column(
            Uuid, ForeignKey("erased_person.person_id", ondelete="CASCADE"), nullable=False, index=True
        )
    )


class TimelineRow(Base, table=True):
    """One timeline entry of a referral, never changed. `sequence` grows with the entries that were transitions.

    `cause` is the id of the event heard, or of the timer; null for a command over HTTP. `note` may be personal and
    is never shown by this service.
    """

    __tablename__: ClassVar[TableName] = "timeline"
    __table_args__: ClassVar[Any] = (
        _one_of("what", EntryKind),
        _one_of("fit", Fit),
        CheckConstraint(f"char_length(note) <= {NOTE_CHARS_MAX}", name="note_is_short"),
    )

    referral_id: UUID = Field(primary_key=True, foreign_key="referral.id")
    entry: int = Field(primary_key=True)
    sequence: int
    at: datetime
    what: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    previous: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    business_status: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    offer_id: UUID | None = None
    next_actor: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = None
    cause: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    fit: str | None = Field(default=None, sa_type=Text)
    meetings: int | None = None
