"""Events that answer a partner, on its own status stream."""

from pydantic import AwareDatetime, Field

from alongside_contracts import streams
from alongside_contracts.event import Contract, Event
from alongside_contracts.ids import PartnerId, Reference, ReferralId, SubmissionId
from alongside_contracts.vocabulary import (
    Answer,
    BusinessStatus,
    Outcome,
    PauseReason,
    ProblemCode,
    Reason,
    Status,
)


class Problem(Contract):
    """One thing that is wrong with a submission: what, where, and what to do about it."""

    code: ProblemCode
    where: str = Field(max_length=200)
    remedy: str = Field(max_length=500)


class Origin(Contract):
    """The record an answer is about, so that a partner can find what it sent."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    event_id: str | None = None
    """The CloudEvents id, when it could be read."""


class SubmissionAnswered(Event):
    """Intake's one answer to one submission, with everything that is wrong with it."""

    type = "org.alongside.submission.answered.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.INTAKE

    partner: PartnerId
    reference: Reference | None = None
    """The partner's reference, when the record could be read that far."""
    submission_id: SubmissionId | None = None
    referral_id: ReferralId | None = None
    answer: Answer
    problems: tuple[Problem, ...] = ()
    origin: Origin | None = None

    @property
    def key(self) -> str:
        """The partner's reference; the origin's offset when none could be read."""
        return self.reference or (
            f"{self.origin.partition}/{self.origin.offset}" if self.origin else self.partner
        )


class ReferralUpdated(Event):
    """A partner's referral moved."""

    type = "org.alongside.referral.updated.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.REFERRALS

    partner: PartnerId
    reference: Reference
    referral_id: ReferralId
    sequence: int = Field(ge=1)
    status: Status
    business_status: BusinessStatus | None = None
    reason: Reason | None = None
    outcome: Outcome | None = None
    due_at: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """The partner's reference."""
        return self.reference


class IntakePaused(Event):
    """So much of what a partner sent was refused that nothing more of it is read until a person has looked.

    What was handled before stands, what was sent since waits in its order. Sending it again would only double it.
    """

    type = "org.alongside.intake.paused.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.INTAKE

    partner: PartnerId
    because: PauseReason
    refused: int = Field(ge=1)
    """How many records were refused since the last that went well, or in the window that was counted."""
    problem: Problem
    """What was wrong with the last of them."""
    origin: Origin
    """The last record that was looked at."""
    paused_at: AwareDatetime

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner


class IntakeResumed(Event):
    """A partner's stream is read again, from the record behind the one it was paused at."""

    type = "org.alongside.intake.resumed.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.INTAKE

    partner: PartnerId
    paused_at: AwareDatetime
    resumed_at: AwareDatetime

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner
