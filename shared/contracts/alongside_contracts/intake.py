"""What is submitted to the network, and what intake decides about it."""

from typing import Literal

from pydantic import AwareDatetime, Field

from alongside_contracts import streams
from alongside_contracts.event import Contract, Event
from alongside_contracts.ids import (
    LanguageTag,
    PartnerId,
    PersonId,
    PostalCode,
    Reference,
    ReferralId,
    RegionId,
    SubmissionId,
)
from alongside_contracts.vocabulary import AgeBand, Format, Hope, Mode, Need, Risk, Setting, Urgency

CODES_MAX = 20
"""The most codes a submission may list in one field."""


class Consent(Contract):
    """A consent record: who may disclose what, to whom, for which purpose, until when, signed how (42 CFR Part 2)."""

    decision: Literal["given", "refused"]
    categories: tuple[Literal["needs", "contact", "substance-use"], ...] = Field(
        default=(), max_length=CODES_MAX
    )
    recipients: Literal["network", "named-offer"] = "network"
    purpose: Literal["peer-support-referral"] = "peer-support-referral"
    method: Literal["written", "electronic", "verbal"] = "electronic"
    signed_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class Readiness(Contract):
    """The answers to "is peer support right for me, now?": comfort from 1 (none) to 5 (full)."""

    comfort_sharing: int = Field(ge=1, le=5)
    comfort_listening: int = Field(ge=1, le=5)
    wants_professional_help_instead: bool = False


class SupportRequest(Contract):
    """What support is sought, in codes only: all that matching may know."""

    region: RegionId
    needs: tuple[Need, ...] = Field(min_length=1, max_length=CODES_MAX)
    languages: tuple[LanguageTag, ...] = Field(default=("en",), min_length=1, max_length=CODES_MAX)
    """Languages the person is at home in, best first (BCP 47)."""
    hopes: tuple[Hope, ...] = Field(default=(), max_length=CODES_MAX)
    formats: tuple[Format, ...] = Field(default=(), max_length=CODES_MAX)
    """Formats the person prefers; empty means any."""
    modes: tuple[Mode, ...] = Field(default=(), max_length=CODES_MAX)
    """Ways to meet the person accepts; empty means any."""
    urgency: Urgency = Urgency.ROUTINE
    age_band: AgeBand | None = None
    avoid_needs: tuple[Need, ...] = Field(default=(), max_length=CODES_MAX)
    """Triggers: needs the person must not meet in a companion's story."""


class Submission(SupportRequest):
    """What a partner, a coordinator or the person asks of the network; the body of every door into intake.

    The person is named by the submitter's own opaque reference only: names and contact details never travel in an
    event, they are registered at intake's contact-route door.
    """

    reference: Reference
    """The submitter's own id of this referral; repeating it links to the first."""
    person_reference: Reference
    setting: Setting
    postal_code: PostalCode | None = None
    consent: Consent | None = None
    guardian_consent: bool = False
    readiness: Readiness | None = None
    risks: tuple[Risk, ...] = Field(default=(), max_length=CODES_MAX)


class SubmissionReceived(Submission, Event):
    """A partner submits a referral on its own stream."""

    type = "org.alongside.submission.received.v1"
    stream = streams.PARTNER_REFERRALS
    announced_by = "partner"

    @property
    def key(self) -> str:
        """The partner's reference."""
        return self.reference


class SubmissionAdmitted(Event):
    """Intake admitted a submission: a referral begins."""

    type = "org.alongside.submission.admitted.v1"
    stream = streams.JOURNEY
    announced_by = streams.INTAKE

    referral_id: ReferralId
    submission_id: SubmissionId
    person_id: PersonId
    partner: PartnerId | None = None
    """Who referred; None when the person or a coordinator submitted."""
    reference: Reference
    setting: Setting
    request: SupportRequest

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class SubmissionLinked(Event):
    """Intake linked a repeated submission to the referral it repeats; nothing is merged."""

    type = "org.alongside.submission.linked.v1"
    stream = streams.JOURNEY
    announced_by = streams.INTAKE

    referral_id: ReferralId
    submission_id: SubmissionId
    partner: PartnerId | None = None
    because: Literal["same-reference", "same-person-and-need"]

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class SubmissionEscalated(Event):
    """A risk was flagged: a coordinator must look before anything else happens."""

    type = "org.alongside.submission.escalated.v1"
    stream = streams.CRISIS
    announced_by = streams.INTAKE

    submission_id: SubmissionId
    person_id: PersonId
    partner: PartnerId | None = None
    region: RegionId
    risks: tuple[Risk, ...] = Field(min_length=1)
    acknowledge_by: AwareDatetime
    """When nobody has acknowledged by then, the next on the ladder is paged."""

    @property
    def key(self) -> str:
        """The submission id."""
        return str(self.submission_id)
