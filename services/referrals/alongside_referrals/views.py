"""Forms, queries and views of the HTTP API. Codes only; free text is accepted as a note and never shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.http import PAGE_MAX
from alongside_contracts.codes.fields import (
    ActorCode,
    BusinessStatusCode,
    ListedOutcome,
    ListedReason,
    OutcomeCode,
    ReasonCode,
)
from alongside_contracts.fields.texts import Prose
from alongside_contracts.ids import PartnerId, Reference
from alongside_contracts.referrals import MEETINGS_MAX
from alongside_contracts.vocabulary import Actor, Fit, OfferKind, Status
from alongside_referrals.domain.codes import EntryKind, WaitKind
from alongside_referrals.domain.loop import loop_of
from alongside_referrals.store import ReferralFilter, StoredReferral, TimelineEntry
from alongside_referrals.tables import NOTE_CHARS_MAX


class CommandForm(BaseModel):
    """The fields of every command. `expected_sequence`, when given, must be the referral's present one."""

    model_config = ConfigDict(extra="forbid")

    actor: Actor
    expected_sequence: int | None = Field(default=None, ge=1)
    note: Annotated[str, Prose(NOTE_CHARS_MAX)] | None = None
    """May be personal: stored, never announced, never shown."""


class ReasonForm(CommandForm):
    """A command that needs a reason; `other` needs a note as well."""

    reason: ListedReason | None = None


class CompleteForm(CommandForm):
    """Completing needs an outcome."""

    outcome: ListedOutcome | None = None


class RejectForm(ReasonForm):
    """Without `return_to_matching`, the reason decides whether the person returns to matching."""

    return_to_matching: bool | None = None


class FailForm(ReasonForm):
    """`return_to_matching` asks for a successor with this offer excluded."""

    return_to_matching: bool = False


class ContactAttemptForm(CommandForm):
    """One attempt to reach the person."""

    reached: bool


class FeedbackForm(CommandForm):
    """How person and offer get on. `rematch`, for the person or a coordinator to ask, replaces this referral."""

    fit: Fit
    meetings: int | None = Field(default=None, ge=1, le=MEETINGS_MAX)
    rematch: bool = False


class ReferralsQuery(BaseModel):
    """Which referrals to list, starting after the item of `cursor`."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    next_actor: ActorCode | None = None
    partner: PartnerId | None = None
    reference: Reference | None = None
    overdue: bool = False
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)

    def as_filter(self, now: datetime) -> ReferralFilter:
        """Return the query as a filter of the store."""
        return ReferralFilter(
            self.status, self.next_actor, self.partner, self.reference, now if self.overdue else None
        )


class LoopView(BaseModel):
    """The four parts of a closed loop, and when all were complete."""

    terminal: bool
    outcome_recorded: bool
    referrer_notified: bool
    notice_delivered: bool
    closed: bool
    closed_at: datetime | None
    missing: list[str]


class ReferralView(BaseModel):
    """A referral's present state. `next_actor`, `waits_for` and `due_at` are null exactly when it has ended."""

    id: UUID
    person_id: UUID
    partner: str | None
    reference: str
    region: str
    status: Status
    business_status: BusinessStatusCode | None
    reason: ReasonCode | None
    outcome: OutcomeCode | None
    sequence: int
    offer_id: UUID | None
    offer_kind: OfferKind | None
    proposal_id: UUID | None
    next_actor: ActorCode | None
    waits_for: WaitKind | None
    due_at: datetime | None
    overdue: bool
    """Whether a due time has passed since the last transition."""
    contact_attempts: int
    consent_covers: bool
    """Whether the consent on record covers the referral; without it, it is neither resumed nor matched again."""
    excluded_offers: list[UUID]
    replaces: UUID | None
    replaced_by: UUID | None
    requested_at: datetime
    changed_at: datetime
    loop: LoopView


class EntryView(BaseModel):
    """One timeline entry. `sequence` is the referral's at the time; an entry without a transition repeats it."""

    model_config = ConfigDict(from_attributes=True)

    entry: int
    sequence: int
    at: datetime
    what: EntryKind
    actor: ActorCode
    previous: Status
    status: Status
    business_status: BusinessStatusCode | None
    reason: ReasonCode | None
    outcome: OutcomeCode | None
    offer_id: UUID | None
    next_actor: ActorCode | None
    due_at: datetime | None
    cause: str | None
    has_note: bool
    fit: Fit | None
    meetings: int | None


def referral_view(stored: StoredReferral, now: datetime) -> ReferralView:
    """Return a referral as the API shows it."""
    referral, waiting = stored.referral, stored.referral.waiting
    return ReferralView(
        id=referral.id,
        person_id=referral.person_id,
        partner=referral.partner,
        reference=referral.reference,
        region=referral.region,
        status=referral.status,
        business_status=referral.business,
        reason=referral.reason,
        outcome=referral.outcome,
        sequence=referral.sequence,
        offer_id=referral.offer_id,
        offer_kind=referral.offer_kind,
        proposal_id=referral.proposal_id,
        next_actor=waiting.actor if waiting else None,
        waits_for=waiting.kind if waiting else None,
        due_at=waiting.due_at if waiting else None,
        overdue=waiting is not None and (waiting.rung > 0 or waiting.due_at < now),
        contact_attempts=referral.contact_attempts,
        consent_covers=referral.consent_covers,
        excluded_offers=list(referral.excluded_offers),
        replaces=referral.replaces,
        replaced_by=stored.replaced_by,
        requested_at=stored.requested_at,
        changed_at=stored.changed_at,
        loop=_loop_view(stored),
    )


def entry_view(entry: TimelineEntry) -> EntryView:
    """Return a timeline entry as the API shows it."""
    return EntryView.model_validate(entry)


def _loop_view(stored: StoredReferral) -> LoopView:
    loop = loop_of(stored.referral)
    parts = {
        "terminal": loop.terminal,
        "outcome_recorded": loop.outcome,
        "referrer_notified": loop.referrer_notified,
        "notice_delivered": loop.notice_delivered,
    }
    return LoopView(
        **parts,
        closed=loop.closed,
        closed_at=stored.referral.loop_closed_at,
        missing=[part for part, is_complete in parts.items() if not is_complete],
    )
