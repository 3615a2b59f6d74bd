"""Intake's tables, private to the store and the migrations. Their constraints guard the invariants too."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from alongside_chassis.tables import NAMING_CONVENTION, chassis_tables
from alongside_intake.domain.decide import NextActor
from alongside_intake.domain.facts import SELF, State

TableName: TypeAlias = str | Callable[..., str]

_metadata: Final = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(_metadata)


class Base(SQLModel):
    """Base of intake's tables: separate metadata, so that its migrations concern no other service."""

    metadata = _metadata


def _one_of(column: str, codes: list[str]) -> CheckConstraint:
    listed = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} in ({listed})", name=f"known_{column}")


class PartnerRow(Base, table=True):
    """An organisation that refers; its contact address lies in the vault, not here."""

    __tablename__: ClassVar[TableName] = "partner"
    __table_args__: ClassVar[Any] = (CheckConstraint(f"id <> '{SELF}'", name="not_reserved"),)

    id: str = Field(sa_type=Text, primary_key=True)
    name: str = Field(sa_type=Text)
    setting: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    registered_at: datetime
    changed_at: datetime
    summarised_to: datetime | None = None
    channels: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    """How it wants to hear of its referrals; null while it said nothing: by every channel."""


class UnansweredLetterRow(Base, table=True):
    """A dead letter from before a partner's registration about which the partner has to be answered."""

    __tablename__: ClassVar[TableName] = "unanswered_letter"
    __table_args__: ClassVar[Any] = (
        Index("ix_unanswered_letter_partner_position", "partner", "partition", "offset"),
    )

    letter_id: UUID = Field(primary_key=True)
    partner: str = Field(sa_type=Text)
    partition: int
    offset: int = Field(sa_type=BigInteger)


class StreamPauseRow(Base, table=True):
    """The open pause of a partner's stream; `announced_at` is null while the partner was not notified."""

    __tablename__: ClassVar[TableName] = "stream_pause"

    partner: str = Field(sa_type=Text, primary_key=True)
    because: str = Field(sa_type=Text)
    refused: int
    code: str = Field(sa_type=Text)
    where: str = Field(sa_type=Text)
    remedy: str = Field(sa_type=Text)
    partition: int
    offset: int = Field(sa_type=BigInteger)
    paused_at: datetime
    announced_at: datetime | None = None


class PersonRow(Base, table=True):
    """A person's opaque id, found by the submitter's own reference; a lock on the row guards all of the person's data.

    A person whom no reference may find, and one who was erased, has a value there that nobody can submit.
    """

    __tablename__: ClassVar[TableName] = "person"
    __table_args__: ClassVar[Any] = (
        Index("uq_person_namespace_reference", "namespace", "reference", unique=True),
    )

    id: UUID = Field(primary_key=True)
    namespace: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    created_at: datetime
    erased_at: datetime | None = None


class SubmissionRow(Base, table=True):
    """One submission and its one decision.

    `facts` is the submission as received; null once its person was erased. A row is *current* for its reference while
    it neither repeats another nor was superseded: at most one row per (source, reference), and per person where the source
    is `self`. A placeholder is stored as a reference that nobody can submit. `repeats` names
    the row that was repeated; `referral_id` is the referral that followed, or its successor.

    `is_read` is false for a danger heard in a record that was refused or waits on a paused stream: `facts` is then empty, and
    `record_id` names the record.
    """

    __tablename__: ClassVar[TableName] = "submission"
    __table_args__: ClassVar[Any] = (
        _one_of("state", [state.value for state in State]),
        _one_of("next_actor", [actor.value for actor in NextActor]),
        CheckConstraint("(state = 'linked') = (because is not null)", name="linked_has_a_reason"),
        CheckConstraint("state <> 'admitted' or referral_id is not null", name="admitted_has_a_referral"),
        CheckConstraint(
            "state not in ('held', 'rejected') or referral_id is null", name="refused_has_no_referral"
        ),
        CheckConstraint(
            "(next_actor is not null and due_at is not null)"
            " = (state in ('held', 'escalated') and superseded_by is null and facts is not null)",
            name="waits_for_somebody",
        ),
        CheckConstraint("(next_actor is null) = (due_at is null)", name="due_when_somebody_is_next"),
        CheckConstraint("(cleared_at is null) = (cleared_by is null)", name="cleared_by_somebody"),
        Index(
            "uq_submission_standing",
            "source",
            "reference",
            unique=True,
            postgresql_where=text(f"repeats is null and superseded_by is null and source <> '{SELF}'"),
        ),
        Index(
            "uq_submission_standing_of_a_person",
            "reference",
            "person_id",
            unique=True,
            postgresql_where=text(f"repeats is null and superseded_by is null and source = '{SELF}'"),
        ),
        Index(
            "ix_submission_alarm",
            "source",
            "reference",
            postgresql_where=text("state = 'escalated' and superseded_by is null"),
        ),
        Index("ix_submission_state_id", "state", "id"),
        Index("ix_submission_repeats", "repeats", postgresql_where=text("repeats is not null")),
        Index("ix_submission_person_id", "person_id"),
        Index("ix_submission_received_at", "received_at", postgresql_using="brin"),
        Index("ix_submission_referral_id", "referral_id", postgresql_where=text("referral_id is not null")),
        Index(
            "uq_submission_record_id",
            "record_id",
            unique=True,
            postgresql_where=text("record_id is not null"),
        ),
    )

    id: UUID = Field(primary_key=True)
    source: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    person_id: UUID = Field(foreign_key="person.id")
    region: str = Field(sa_type=Text)
    setting: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    facts: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    problems: list[dict[str, str]] = Field(sa_type=JSONB)
    suggestions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    risks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    because: str | None = Field(default=None, sa_type=Text)
    referral_id: UUID | None = None
    repeats: UUID | None = Field(default=None, foreign_key="submission.id")
    superseded_by: UUID | None = Field(
        default=None,
        sa_column=Column(
            Uuid,
            ForeignKey("submission.id", deferrable=True, initially="DEFERRED"),
            nullable=True,
        ),
    )
    next_actor: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = None
    cleared_by: str | None = Field(default=None, sa_type=Text)
    cleared_because: str | None = Field(default=None, sa_type=Text)
    cleared_at: datetime | None = None
    withdrawn_because: str | None = Field(default=None, sa_type=Text)
    cause: str | None = Field(default=None, sa_type=Text)
    received_at: datetime
    decided_at: datetime
    record_id: UUID | None = None
    is_read: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})


class OpenReferralRow(Base, table=True):
    """A referral that has not ended: a further submission of the same person may be linked to it. One that ended is kept some days.

    `content` is its request as it is now, `sent` as its submitter sent it last; null while both are the submission's.
    `sequence` counts the changes that were announced; `covered`: whether the consent covers it.
    """

    __tablename__: ClassVar[TableName] = "open_referral"
    __table_args__: ClassVar[Any] = (
        Index("ix_open_referral_person_id", "person_id"),
        Index("ix_open_referral_ended_at", "ended_at", postgresql_where=text("ended_at is not null")),
    )

    referral_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="person.id")
    submission_id: UUID = Field(foreign_key="submission.id")
    needs: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    sent: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    covered: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    ended_at: datetime | None = None


class ErasedReferenceRow(Base, table=True):
    """A reference that named a person, or a submission of theirs, before the person was erased, as a keyed hash.

    Deleted when no stream and no backup can bring a record from before the erasure back.
    """

    __tablename__: ClassVar[TableName] = "erased_reference"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    erased_at: datetime = Field(index=True)


class VaultKeyRow(Base, table=True):
    """A person's or partner's data key, wrapped. Deleting the row erases everything sealed with it."""

    __tablename__: ClassVar[TableName] = "vault_key"
    __table_args__: ClassVar[Any] = (_one_of("kind", ["person", "partner"]),)

    kind: str = Field(sa_type=Text, primary_key=True)
    owner: str = Field(sa_type=Text, primary_key=True)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


class ContactRouteRow(Base, table=True):
    """A contact route, sealed with its owner's data key and deleted with the key."""

    __tablename__: ClassVar[TableName] = "contact_route"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(["kind", "owner"], ["vault_key.kind", "vault_key.owner"], ondelete="CASCADE"),
    )

    kind: str = Field(sa_type=Text, primary_key=True)
    owner: str = Field(sa_type=Text, primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    changed_at: datetime
    unusable_since: datetime | None = None


class RiskWordsRow(Base, table=True):
    """The words in which a sender stated risks that are no codes, sealed with a person's data key and deleted with it."""

    __tablename__: ClassVar[TableName] = "risk_words"
    __table_args__: ClassVar[Any] = (
        ForeignKeyConstraint(["kind", "owner"], ["vault_key.kind", "vault_key.owner"], ondelete="CASCADE"),
        Index(None, "kind", "owner"),
    )

    submission_id: UUID = Field(foreign_key="submission.id", primary_key=True)
    kind: str = Field(sa_type=Text)
    owner: str = Field(sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    stored_at: datetime
