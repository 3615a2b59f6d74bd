"""The tables of the service, private to store and migrations. They hold no address, name or text about a person."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, TypeAlias
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from alongside_chassis.tables import (
    NAMING_CONVENTION,
    chassis_tables,
    erased_person_table,
    partner_channels_table,
)

TableName: TypeAlias = str | Callable[..., str]

metadata = MetaData(naming_convention=NAMING_CONVENTION)
chassis_tables(metadata)
erased_person_table(metadata)
partner_channels_table(metadata)


class Base(SQLModel):
    """Base of this service's tables: separate metadata, so that its migrations concern no other service."""

    metadata: ClassVar[MetaData] = metadata


class NoticeRow(Base, table=True):
    """One cause, reported to one recipient; the unique constraint prevents a second notice.

    The columns from `channel` on are those of the release before, in which each channel had a separate row. New rows have
    `in-app` and `delivered` in them, and nothing reads them but that release and `mail_of_release_before.py`; they go with the next release.
    """

    __tablename__: ClassVar[TableName] = "notice"
    __table_args__ = (
        UniqueConstraint("cause", "role", "recipient_id", "channel"),
        CheckConstraint("num_nonnulls(referral_id, submission_id, partner) = 1", name="subject"),
        CheckConstraint("partner is null or since is not null", name="since"),
        CheckConstraint(
            "recipient_kind in ('partner', 'person', 'offer', 'coordinator')", name="recipient_kind"
        ),
        CheckConstraint(
            "state in ('pending', 'sending', 'delivered', 'failed', 'no-route', 'superseded')", name="state"
        ),
        CheckConstraint(
            "trouble in ('temporarily-refused', 'timed-out', 'relay-away', 'routes-away',"
            " 'unforeseen-error', 'address-unusable', 'refused-by-recipient', 'attempts-exhausted')",
            name="trouble",
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state = 'delivered') = (delivered_at is not null)", name="delivered_at"),
        CheckConstraint(
            "(state in ('pending', 'sending')) = (next_attempt_at is not null)", name="next_attempt_at"
        ),
        CheckConstraint("(channel = 'email') = (message_id is not null)", name="message_id"),
        # For the polls of the delivery worker; small, because it holds only open notices.
        Index(
            "ix_notice_due",
            "urgent",
            "recipient_kind",
            "next_attempt_at",
            postgresql_where=text("state in ('pending', 'sending')"),
        ),
        Index("ix_notice_referral", "referral_id", "id", postgresql_where=text("referral_id is not null")),
        Index("ix_notice_partner", "partner", "since", postgresql_where=text("partner is not null")),
        Index("ix_notice_inbox", "recipient_id", "id"),
        Index("ix_notice_email", "id", postgresql_where=text("channel = 'email'")),
    )

    id: UUID = Field(primary_key=True)
    referral_id: UUID | None = None
    submission_id: UUID | None = None
    partner: str | None = Field(default=None, sa_type=Text)
    since: datetime | None = None
    """Since when the partner's stream is, or was, unread."""
    cause: str = Field(sa_type=Text)
    template: str = Field(sa_type=Text)
    about_status: str | None = Field(default=None, sa_type=Text)
    role: str = Field(sa_type=Text)
    recipient_kind: str = Field(sa_type=Text)
    recipient_id: str = Field(sa_type=Text)
    urgent: bool
    sequence: int | None = None
    """The referral's latest transition when it happened, if that is known."""
    rules: int = Field(default=1, sa_column=Column(SmallInteger, nullable=False, server_default=text("1")))
    """The version of the rules that named the recipient."""
    channels: list[str] | None = Field(default=None, sa_column=Column(ARRAY(Text)))
    """The channels by which it goes; null for one of the release before: by every one."""
    in_inbox: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    """False once its recipient was erased."""
    created_at: datetime
    reached_at: datetime | None = None
    """When it first reached its recipient, by any channel."""

    channel: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    unforeseen: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    next_attempt_at: datetime | None = None
    trouble: str | None = Field(default=None, sa_type=Text)
    message_id: str | None = Field(default=None, sa_type=Text)
    trace: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    delivered_at: datetime | None = None


class DeliveryRow(Base, table=True):
    """A notice by one channel that is work to be done; the columns of its notice are repeated for the polls of the worker."""

    __tablename__: ClassVar[TableName] = "delivery"
    __table_args__ = (
        PrimaryKeyConstraint("notice_id", "channel"),
        CheckConstraint(
            "state in ('pending', 'sending', 'delivered', 'failed', 'no-route', 'superseded')", name="state"
        ),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("(state = 'delivered') = (delivered_at is not null)", name="delivered_at"),
        CheckConstraint(
            "(state in ('pending', 'sending')) = (next_attempt_at is not null)", name="next_attempt_at"
        ),
        # For the polls of the delivery worker; small, because they hold only open deliveries.
        Index(
            "ix_delivery_due",
            "urgent",
            "recipient_kind",
            "next_attempt_at",
            postgresql_where=text("state in ('pending', 'sending')"),
        ),
        Index(
            "ix_delivery_waiting",
            "referral_id",
            "recipient_id",
            postgresql_where=text("state in ('pending', 'sending')"),
        ),
    )

    notice_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("notice.id", ondelete="CASCADE"), nullable=False)
    )
    channel: str = Field(sa_type=Text)
    referral_id: UUID | None = None
    recipient_kind: str = Field(sa_type=Text)
    recipient_id: str = Field(sa_type=Text)
    urgent: bool
    state: str = Field(sa_type=Text)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    unforeseen: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    next_attempt_at: datetime | None = None
    """When to try next; while a worker is sending, when its lease ends."""
    trouble: str | None = Field(default=None, sa_type=Text)
    """Why the last attempt failed."""
    message_id: str | None = Field(default=None, sa_type=Text)
    trace: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    """W3C trace headers of the cause, so that a later delivery belongs to its trace."""
    delivered_at: datetime | None = None


class ReferralStateRow(Base, table=True):
    """The latest state of a referral that was heard: what a notice is compared with before it is sent."""

    __tablename__: ClassVar[TableName] = "referral_state"

    referral_id: UUID = Field(primary_key=True)
    sequence: int
    status: str = Field(sa_type=Text)
    business_status: str | None = Field(default=None, sa_type=Text)
    offer_id: UUID | None = None
    next_actor: str | None = Field(default=None, sa_type=Text)


class EscalationRow(Base, table=True):
    """A crisis that a coordinator must acknowledge. Its pages are notices; the person and the risks stay at intake."""

    __tablename__: ClassVar[TableName] = "escalation"
    __table_args__ = (
        CheckConstraint("step >= 0", name="step"),
        CheckConstraint("(acknowledged_at is null) = (acknowledged_by is null)", name="acknowledged"),
        Index("ix_escalation_submission", "submission_id"),
        Index("ix_escalation_open", "raised_at", postgresql_where=text("acknowledged_at is null")),
    )

    cause: str = Field(primary_key=True, sa_type=Text)
    """The id of the event that raised it."""
    submission_id: UUID
    region: str = Field(sa_type=Text)
    coordinator: str = Field(sa_type=Text)
    """The coordinator who is paged now."""
    step: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    raised_at: datetime
    acknowledge_by: datetime
    """When the next coordinator is paged, unless the crisis is acknowledged."""
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = Field(default=None, sa_type=Text)
