"""Requests, proposals and decisions.

The database ensures that a referral has at most one open or accepted proposal (`ix_proposal_one_at_a_time`).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlmodel import Field

from alongside_matching.allocation.rules.proposals import ProposalState
from alongside_matching.allocation.rules.waiting import RequestState
from alongside_matching.columns import Base, check_one_of, codes_column, count_column


class RequestRow(Base, table=True):
    """The request of one referral and its state. The row is locked before anything about the referral is decided.

    `sought` has the facts without a column as JSON, `asked` the ids of the offers not to ask again; `urgency_rank` is smallest
    for the most urgent. `person_id` is null in requests from before November 2026. `amendment` and `consent_change` are intake's numbers of the latest ones, 0 before any.
    """

    __tablename__ = "request"
    __table_args__ = (
        check_one_of("state", *RequestState),
        Index(
            "ix_request_waiting",
            "region",
            "urgency_rank",
            "waiting_since",
            "referral_id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_request_person",
            "person_id",
            postgresql_where=text("person_id is not null and state <> 'closed'"),
        ),
    )

    referral_id: UUID = Field(primary_key=True)
    person_id: UUID | None = None
    state: str = Field(sa_type=Text)
    region: str = Field(sa_type=Text)
    needs: list[str] = Field(sa_column=codes_column())
    sought: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    urgency_rank: int
    asked: list[UUID] = Field(
        sa_column=Column(ARRAY(PG_UUID(as_uuid=True)), nullable=False, server_default=text("'{}'"))
    )
    attempts: int = Field(sa_column=count_column())
    amendment: int = Field(sa_column=count_column())
    consent_change: int = Field(sa_column=count_column())
    waiting_since: datetime
    updated_at: datetime


class ProposalRow(Base, table=True):
    """One offer asked for one referral, why it was chosen, and its answer. `considered` counts the offers checked."""

    __tablename__ = "proposal"
    __table_args__ = (
        check_one_of("state", *ProposalState),
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
    reasons: list[str] = Field(sa_column=codes_column())
    score: float
    factors: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    considered: int
    expires_at: datetime
    answered_at: datetime | None = None
    declined_because: str | None = Field(default=None, sa_type=Text)
    created_at: datetime


class RematchExclusionRow(Base, table=True):
    """A person and an offer that is never proposed to them again after a rematch, by opaque ids."""

    __tablename__ = "parted"

    person_id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(primary_key=True)
    parted_at: datetime


class DecisionRow(Base, table=True):
    """A decision about a referral, as the compressed JSON `document`; deleted after `decision_days`.

    `meanwhile` is the interim offer of a referral that waits.
    """

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


class PolicyRow(Base, table=True):
    """The numbers of a policy that decisions were made under; `version` is the hash of these numbers."""

    __tablename__ = "policy"

    version: str = Field(primary_key=True, sa_type=Text)
    numbers: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    first_used_at: datetime
