"""Submissions to the network, and the events of intake's decisions about them."""

from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from alongside_contracts import streams
from alongside_contracts.codes.fields import (
    ConsentCategoryCode,
    ConsentMethodCode,
    ConsentPurposeCode,
    ConsentRecipientsCode,
    FormatCode,
    HopeCode,
    IdentityCode,
    InterestCode,
    LinkReasonCode,
    ListedConsentCategory,
    ListedConsentMethod,
    ListedConsentPurpose,
    ListedConsentRecipients,
    ListedFormat,
    ListedHope,
    ListedIdentity,
    ListedInterest,
    ListedMode,
    ListedNeed,
    ListedRisk,
    ListedSetting,
    ModeCode,
    NeedCode,
    PauseReasonCode,
    ReasonCode,
    RiskCode,
    SettingCode,
)
from alongside_contracts.event import Contract, Event
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.fields.times import Moment
from alongside_contracts.ids import (
    LanguageTag,
    OfferId,
    PartnerId,
    PersonId,
    PostalCode,
    Reference,
    ReferralId,
    RegionId,
    SubmissionId,
)
from alongside_contracts.vocabulary import AgeBand, ConsentDecision, Urgency, Weekday

CODES_MAX = 20
"""The most codes a submission may list in one field."""
WINDOWS_MAX = 7 * 24
"""The most periods of free time a submission may list."""


class Consent(Contract):
    """A consent record: who may disclose what, to whom, for which purpose, until when, signed how (42 CFR Part 2)."""

    decision: ConsentDecision
    categories: Annotated[tuple[ListedConsentCategory, ...], AtMost(CODES_MAX)] = ()
    recipients: ListedConsentRecipients = "network"
    purpose: ListedConsentPurpose = "peer-support-referral"
    method: ListedConsentMethod = "electronic"
    signed_at: Moment | None = None
    expires_at: Moment | None = None


class ConsentOnRecord(Contract):
    """A consent record as the network's own streams carry it: a code may be one that its reader does not know yet."""

    decision: ConsentDecision
    categories: tuple[ConsentCategoryCode, ...] = Field(default=(), max_length=CODES_MAX)
    recipients: ConsentRecipientsCode = "network"
    purpose: ConsentPurposeCode = "peer-support-referral"
    method: ConsentMethodCode = "electronic"
    signed_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class Readiness(Contract):
    """The answers to "is peer support right for me, now?": comfort from 1 (none) to 5 (full)."""

    comfort_sharing: int = Field(ge=1, le=5)
    comfort_listening: int = Field(ge=1, le=5)
    wants_professional_help_instead: bool = False


class FreeHours(Contract):
    """A period of one weekday, from and to a full or half hour; `ends` may be 24:00, and is after `starts`."""

    weekday: Weekday
    starts: str = Field(pattern=r"^([01][0-9]|2[0-3]):[03]0$")
    ends: str = Field(pattern=r"^(([01][0-9]|2[0-3]):[03]0|24:00)$")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.starts:
            raise ValueError("end after the start; split a period that passes midnight in two")
        return self


def _coarse(degrees: float) -> float:
    """Round to 0.05 degrees, about five kilometres: nothing finer is ever stored or passed on."""
    return round(round(degrees * 20) / 20, 2)


class Area(Contract):
    """An approximate position in degrees (WGS 84): rounded to 0.05 as soon as it is read."""

    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False), AfterValidator(_coarse)]
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False), AfterValidator(_coarse)]


class SupportRequest(Contract):
    """The support a person asks for, in codes only: all that matching may know.

    On the network's own streams a code may be one that its reader does not know yet.
    """

    region: RegionId
    needs: tuple[NeedCode, ...] = Field(min_length=1, max_length=CODES_MAX)
    languages: Annotated[tuple[LanguageTag, ...], AtMost(CODES_MAX, least=1)] = ("en",)
    """Languages the person speaks, best first (BCP 47)."""
    hopes: tuple[HopeCode, ...] = Field(default=(), max_length=CODES_MAX)
    formats: tuple[FormatCode, ...] = Field(default=(), max_length=CODES_MAX)
    """Formats the person prefers; empty means any."""
    modes: tuple[ModeCode, ...] = Field(default=(), max_length=CODES_MAX)
    """Ways to meet the person accepts; empty means any."""
    urgency: Urgency = Urgency.ROUTINE
    age_band: AgeBand | None = None
    avoid_needs: tuple[NeedCode, ...] = Field(default=(), max_length=CODES_MAX)
    """Triggers: needs the person must not meet in a companion's story."""
    interests: tuple[InterestCode, ...] = Field(default=(), max_length=CODES_MAX)
    identities: tuple[IdentityCode, ...] = Field(default=(), max_length=CODES_MAX)
    """Identities the person wishes a companion to have; never the person's own."""
    identifies_as: tuple[IdentityCode, ...] = Field(default=(), max_length=CODES_MAX)
    """The identities the person states, in order to be proposed offers kept for them, such as a meeting for women. Never
    guessed: without the identity such an offer is excluded."""
    availability: Annotated[tuple[FreeHours, ...], AtMost(WINDOWS_MAX)] = ()
    """The person's free time, in the region's wall time; empty means that it is unknown."""
    near: Area | None = None
    """The person's approximate position, for meeting in person."""
    distance_km_max: float | None = Field(default=None, gt=0, le=1_000, allow_inf_nan=False)
    """The distance the person would travel to meet in person."""
    organisations_avoided: Annotated[tuple[Reference, ...], AtMost(CODES_MAX)] = ()
    """Organisations with which the person has another relationship, such as their workplace."""
    offers_avoided: Annotated[tuple[OfferId, ...], AtMost(CODES_MAX)] = ()
    """Offers that must not be asked ("not this person")."""
    continue_with: OfferId | None = None
    """An offer that supported the person before, and that they ask for again."""
    guardian_consent: bool = False
    """Whether a guardian's consent to meet one-to-one is on record; matters for minors."""
    consent_offers: Annotated[tuple[OfferId, ...], AtMost(CODES_MAX)] | None = None
    """The only offers that may be asked; None when the person's consent covers the whole network."""


class Submission(SupportRequest):
    """A request of a partner, a coordinator or the person to the network; the body at every entry point of intake.

    It comes in from outside, so every code must be listed.
    The person is identified by the submitter's own opaque reference only: names and contact details are never in an
    event, they are registered through intake's API of contact routes.
    """

    reference: Reference
    """The submitter's own id of this referral; a submission that repeats it is linked to the first."""
    person_reference: Reference
    """The submitter's own id of the person. A placeholder identifies nobody; over the public API, nor does what others could
    guess."""
    setting: ListedSetting
    postal_code: PostalCode | None = None
    consent: Consent | None = None
    readiness: Readiness | None = None
    risks: Annotated[tuple[ListedRisk, ...], AtMost(CODES_MAX)] = ()
    needs: Annotated[tuple[ListedNeed, ...], AtMost(CODES_MAX, least=1)]
    hopes: Annotated[tuple[ListedHope, ...], AtMost(CODES_MAX)] = ()
    formats: Annotated[tuple[ListedFormat, ...], AtMost(CODES_MAX)] = ()
    """Formats the person prefers; empty means any."""
    modes: Annotated[tuple[ListedMode, ...], AtMost(CODES_MAX)] = ()
    """Ways to meet the person accepts; empty means any."""
    avoid_needs: Annotated[tuple[ListedNeed, ...], AtMost(CODES_MAX)] = ()
    """Triggers: needs the person must not meet in a companion's story."""
    interests: Annotated[tuple[ListedInterest, ...], AtMost(CODES_MAX)] = ()
    identities: Annotated[tuple[ListedIdentity, ...], AtMost(CODES_MAX)] = ()
    """Identities the person wishes a companion to have; never the person's own."""
    identifies_as: Annotated[tuple[ListedIdentity, ...], AtMost(CODES_MAX)] = ()
    """The identities the person states, in order to be proposed offers kept for them, such as a meeting for women. Never
    guessed: without the identity such an offer is excluded."""


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
    """The partner that referred; None when the person or a coordinator submitted."""
    reference: Reference
    setting: SettingCode
    request: SupportRequest

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class SubmissionLinked(Event):
    """Intake linked a submission to a referral that exists; nothing is merged."""

    type = "org.alongside.submission.linked.v1"
    stream = streams.JOURNEY
    announced_by = streams.INTAKE

    referral_id: ReferralId
    submission_id: SubmissionId
    partner: PartnerId | None = None
    because: LinkReasonCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class SubmissionAmended(Event):
    """A repeated submission said something new: the request of an open referral is now this one."""

    type = "org.alongside.submission.amended.v1"
    stream = streams.JOURNEY
    announced_by = streams.INTAKE

    referral_id: ReferralId
    submission_id: SubmissionId
    """The submission that amends, not the one that was admitted."""
    person_id: PersonId
    partner: PartnerId | None = None
    sequence: int = Field(ge=1)
    """Rises per referral, with those of `ConsentChanged` in one numbering; the highest is the present state."""
    request: SupportRequest
    """The whole request as it is now."""

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class ConsentChanged(Event):
    """A person's consent was given, narrowed or taken back; announced once for each of their open referrals."""

    type = "org.alongside.consent.changed.v1"
    stream = streams.JOURNEY
    announced_by = streams.INTAKE

    referral_id: ReferralId
    person_id: PersonId
    partner: PartnerId | None = None
    sequence: int = Field(ge=1)
    """Rises per referral, with those of `SubmissionAmended` in one numbering; the highest is the present state."""
    consent: ConsentOnRecord
    covers: bool
    """Whether this record covers the referral, as intake decided by its rules; readers do not decide it again."""

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class SubmissionWithdrawn(Event):
    """The submitter took a submission back: its referral is no longer wanted."""

    type = "org.alongside.submission.withdrawn.v1"
    stream = streams.JOURNEY
    announced_by = streams.INTAKE

    referral_id: ReferralId
    submission_id: SubmissionId
    person_id: PersonId
    partner: PartnerId | None = None
    reason: ReasonCode

    @property
    def key(self) -> str:
        """The referral id."""
        return str(self.referral_id)


class SubmissionEscalated(Event):
    """A risk was flagged: a coordinator must decide before anything else happens."""

    type = "org.alongside.submission.escalated.v1"
    stream = streams.CRISIS
    announced_by = streams.INTAKE

    submission_id: SubmissionId
    person_id: PersonId
    partner: PartnerId | None = None
    region: RegionId
    risks: tuple[RiskCode, ...] = Field(min_length=1)
    acknowledge_by: AwareDatetime
    """Time at which the next coordinator on the ladder is paged, unless one has acknowledged."""

    @property
    def key(self) -> str:
        """The submission id."""
        return str(self.submission_id)


class PartnerStreamPaused(Event):
    """Intake no longer reads a partner's stream: its records are unread, and any of them may be about somebody in danger.

    The partner itself gets `IntakePaused`, if it is registered.
    """

    type = "org.alongside.partner-stream.paused.v1"
    stream = streams.CRISIS
    announced_by = streams.INTAKE

    partner: PartnerId
    region: RegionId | None = None
    """The partner's region; None when the partner is not registered."""
    because: PauseReasonCode
    paused_at: AwareDatetime
    """Since when the partner's records are unread."""

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner


class PartnerStreamResumed(Event):
    """Intake reads a partner's stream again, from the first unread record on."""

    type = "org.alongside.partner-stream.resumed.v1"
    stream = streams.CRISIS
    announced_by = streams.INTAKE

    partner: PartnerId
    region: RegionId | None = None
    """The partner's region; None when the partner is not registered."""
    paused_at: AwareDatetime
    """The time at which the pause began: the one of its `PartnerStreamPaused`."""
    resumed_at: AwareDatetime

    @property
    def key(self) -> str:
        """The partner's id."""
        return self.partner


class PersonErased(Event):
    """A person was erased: every reader stops what runs for them, and nothing from before begins anything again.

    A person who comes back has a new id.
    """

    type = "org.alongside.person.erased.v1"
    stream = streams.PEOPLE
    announced_by = streams.INTAKE

    person_id: PersonId
    erased_at: AwareDatetime

    @property
    def key(self) -> str:
        """The person's id."""
        return str(self.person_id)
