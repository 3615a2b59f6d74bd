"""What a partner states about a submission it sent before, the events that answer it on its own status stream, and how it
wants to hear of its referrals."""

from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime, Field

from alongside_contracts import streams
from alongside_contracts.codes.fields import (
    AnswerCode,
    AnyProblemCode,
    BusinessStatusCode,
    ChannelCode,
    ListedReason,
    OutcomeCode,
    PauseReasonCode,
    ReasonCode,
)
from alongside_contracts.event import Contract, Event
from alongside_contracts.ids import PartnerId, Reference, ReferralId, SubmissionId
from alongside_contracts.intake import Consent
from alongside_contracts.vocabulary import Channel, Status

CHANNELS_MAX = 10


class PartnerChannel(StrEnum):
    """A channel that a partner may choose."""

    STREAM = Channel.STREAM.value
    EMAIL = Channel.EMAIL.value


PARTNER_CHANNELS: Final = frozenset(PartnerChannel)
"""The channels that a partner may choose, and those of a partner that is registered without a word."""


class SubmissionWithdrawalRequested(Event):
    """A partner asks on its own stream to take a submission back, whatever became of it."""

    type = "org.alongside.submission.withdrawal-requested.v1"
    stream = streams.PARTNER_REFERRALS
    announced_by = "partner"

    reference: Reference
    """The partner's reference of the submission."""
    reason: ListedReason

    @property
    def key(self) -> str:
        """The partner's reference, so that it stays in order with the submission."""
        return self.reference


class ConsentStated(Event):
    """A partner states on its own stream what the person of a submission consents to now: the whole record."""

    type = "org.alongside.consent.stated.v1"
    stream = streams.PARTNER_REFERRALS
    announced_by = "partner"

    reference: Reference
    """The partner's reference of the submission."""
    consent: Consent

    @property
    def key(self) -> str:
        """The partner's reference, so that it stays in order with the submission."""
        return self.reference


class Problem(Contract):
    """One problem of a submission: a code, the field, and the remedy."""

    code: AnyProblemCode
    where: str = Field(max_length=200)
    remedy: str = Field(max_length=500)


class Origin(Contract):
    """The record an answer is about, so that a partner can find it."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    event_id: str | None = None
    """The CloudEvents id, if it could be decoded."""


class SubmissionAnswered(Event):
    """Intake's one answer to one submission, with all problems of the submission."""

    type = "org.alongside.submission.answered.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.INTAKE

    partner: PartnerId
    reference: Reference | None = None
    """The partner's reference, if it could be decoded."""
    submission_id: SubmissionId | None = None
    referral_id: ReferralId | None = None
    answer: AnswerCode
    problems: tuple[Problem, ...] = ()
    origin: Origin | None = None
    escalated_as: SubmissionId | None = None
    """The escalation of a risk that was read in a record which was refused."""

    @property
    def key(self) -> str:
        """The partner's reference; if it could not be decoded, the origin's partition and offset."""
        return self.reference or (
            f"{self.origin.partition}/{self.origin.offset}" if self.origin else self.partner
        )


class ReferralUpdated(Event):
    """A partner's referral made a transition, which may repeat its status and business status."""

    type = "org.alongside.referral.updated.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.REFERRALS

    partner: PartnerId
    reference: Reference
    referral_id: ReferralId
    sequence: int = Field(ge=1)
    status: Status
    business_status: BusinessStatusCode | None = None
    reason: ReasonCode | None = None
    outcome: OutcomeCode | None = None
    due_at: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """The partner's reference."""
        return self.reference


class IntakePaused(Event):
    """So many of a partner's records were refused that its stream is not read until a person resumes it.

    Records handled before remain valid; later records wait in order. Sending them again would only duplicate them.
    """

    type = "org.alongside.intake.paused.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.INTAKE

    partner: PartnerId
    because: PauseReasonCode
    refused: int = Field(ge=1)
    """Number of records refused since the last accepted one, or in the counted window."""
    problem: Problem
    """The problem of the last refused record."""
    origin: Origin
    """The last record that was read."""
    paused_at: AwareDatetime

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner


class IntakeResumed(Event):
    """A partner's stream is read again, from the record after the one at which it was paused."""

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


class RefusedByCode(Contract):
    """How many of a partner's records were refused for one problem, with the latest of them as an example."""

    code: AnyProblemCode
    refused: int = Field(ge=0)
    """Number of records that were refused in the period."""
    waiting: int = Field(ge=0)
    """Number of refused records, of whatever day, that waited at its end until a person replays or drops them."""
    where: str = Field(max_length=200)
    remedy: str = Field(max_length=500)


class IntakeSummarised(Event):
    """What a partner's records came to in 24 hours, on days on which some were refused or some still wait.

    The days count from the registration; each is summarised once, in order.
    """

    type = "org.alongside.intake.summarised.v1"
    stream = streams.PARTNER_STATUS
    announced_by = streams.INTAKE

    partner: PartnerId
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    """24 hours after the beginning; later only if intake did not run for more than a week."""
    received: int = Field(ge=0)
    """Number of submissions and consent statements that were decided in the period, and of refused records."""
    refused: int = Field(ge=0)
    """Number of records that were refused in the period; each was answered."""
    waiting: int = Field(ge=0)
    """Number of refused records, of whatever day, that waited at its end until a person replays or drops them."""
    problems: tuple[RefusedByCode, ...] = Field(max_length=20)
    """The same by problem, the most frequent first."""
    paused_since: AwareDatetime | None = None
    """Since when the stream was paused at the end of the period; missing while it was read."""

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner


class PartnerRegistered(Event):
    """A partner was registered, or its registration changed: the channels by which it wants to hear of its referrals.

    A partner of which nothing was announced was registered before there was a choice, and is notified as before.
    """

    type = "org.alongside.partner.registered.v1"
    stream = streams.PEOPLE
    announced_by = streams.INTAKE

    partner: PartnerId
    channels: tuple[ChannelCode, ...] = Field(min_length=1, max_length=CHANNELS_MAX)
    """`stream`: a `ReferralUpdated` on its stream is the notice. `email`: notices go to its address."""
    registered_at: AwareDatetime
    """When this was said. The latest counts."""

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner
