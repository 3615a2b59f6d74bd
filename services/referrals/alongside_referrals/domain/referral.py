"""A referral as the rules see it: frozen, and impossible to build open without a next actor and a due time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import TERMINAL, OfferKind, Status
from alongside_referrals.domain.codes import WaitKind

ERASED_REFERENCE: Final = "erased "
"""How the reference of a referral begins whose person was erased: a partner's reference holds no space."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The one party that must act now, for what and until when; `rung` counts missed due times (0: none)."""

    kind: WaitKind
    actor: str
    due_at: datetime
    rung: int = 0


@dataclass(frozen=True, slots=True)
class Referral:
    """The present state of one referral.

    `sequence` counts announced transitions, `entries` all timeline entries. `waiting` is None exactly when the status
    is terminal (a draft has no next actor yet). Raises ValueError when built otherwise.
    """

    id: UUID
    person_id: UUID
    reference: str
    region: str
    partner: str | None = None
    replaces: UUID | None = None
    status: Status = Status.DRAFT
    business: str | None = None
    reason: str | None = None
    outcome: str | None = None
    waiting: Waiting | None = None
    sequence: int = 0
    entries: int = 0
    offer_id: UUID | None = None
    offer_kind: OfferKind | None = None
    proposal_id: UUID | None = None
    """The latest proposal that asked the offer."""
    answer_by: datetime | None = None
    """When the place held for the present proposal is given up."""
    attempt: int = 0
    """The attempt number of the latest proposal."""
    excluded_offers: tuple[UUID, ...] = ()
    """Offers that said no, did not answer or failed this person: not to be asked again."""
    contact_attempts: int = 0
    contact_at: datetime | None = None
    """When the target last reached the person."""
    noted_at: datetime | None = None
    """When the target last reported: a start, a resumption or an interim note."""
    amendment: int = 0
    """Intake's number of the amendment that the request follows; 0 for the request as admitted."""
    consent_change: int = 0
    """Intake's number of the latest change of consent; 0 when it is as admitted."""
    consent_covers: bool = True
    """Whether the consent on record covers the referral. A referral it does not cover never returns to matching."""
    closing_event: str | None = None
    """The id of the event that announced the terminal status; notices name it as their cause."""
    referrer_notified_at: datetime | None = None
    notice_delivered_at: datetime | None = None
    loop_closed_at: datetime | None = None
    changed_at: datetime | None = field(default=None, compare=False)
    """The time of the last timeline entry, which two equal states may differ in; None for a draft that replaces nothing."""

    def __post_init__(self) -> None:
        """Check that an open referral has a next actor and a due time, and an ended one has neither."""
        if self.status is not Status.DRAFT and (self.waiting is None) != self.terminal:
            waits = "has a next actor" if self.waiting else "waits for nobody"
            raise ValueError(f"referral {self.id} is {self.status.value} and {waits}")

    @property
    def is_erased(self) -> bool:
        """Whether its person was erased, and the partner's reference with them."""
        return self.reference.startswith(ERASED_REFERENCE)

    @property
    def terminal(self) -> bool:
        """Whether it has ended; an ended referral is replaced by a successor, never edited."""
        return self.status in TERMINAL

    def time_of_next_entry(self, now: datetime) -> datetime:
        """Return `now`, but never a time before the last entry, whose unit of work may have begun later."""
        return now if self.changed_at is None else max(now, self.changed_at)
