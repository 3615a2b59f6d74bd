"""Request bodies and responses of intake's API: codes, ids and times; contact details are accepted, never returned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alongside_chassis.errors import HttpProblem
from alongside_contracts.codes import installed
from alongside_contracts.codes.fields import (
    AnswerCode,
    AnyProblemCode,
    ChannelCode,
    ListedReason,
    ListedSetting,
    SettingCode,
)
from alongside_contracts.fields.addresses import EmailAddress
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.fields.texts import Name, Prose
from alongside_contracts.ids import Reference, RegionId
from alongside_contracts.intake import Consent, Submission
from alongside_contracts.partner import PARTNER_CHANNELS, PartnerChannel
from alongside_contracts.vocabulary import AgeBand
from alongside_intake.domain import facts
from alongside_intake.domain.facts import State

TEXT_CHARS_MAX: Final = 200
ShortText = Annotated[str, Name(TEXT_CHARS_MAX)]


class _RequestBody(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsentCommand(_RequestBody):
    """What a held submission lacks: consent, a guardian's consent, the age band, references in place of placeholders."""

    consent: Consent | None = None
    guardian_consent: bool | None = None
    age_band: AgeBand | None = None
    reference: Reference | None = None
    person_reference: Reference | None = None

    @model_validator(mode="after")
    def _adds_something(self) -> Self:
        if not self._additions:
            raise ValueError(f"send at least one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def is_consent_alone(self) -> bool:
        """Whether nothing but a consent record is stated."""
        return self._additions.keys() == {"consent"}

    @property
    def _additions(self) -> dict[str, Any]:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: value for name, value in given.items() if value is not None}

    def added_to(self, submission: Submission) -> Submission:
        """Return the submission with what was added; everything else stays as it was.

        Raises HttpProblem where a value is given already: a minor does not become an adult by an addition, nor one person
        another.
        """
        for field in ("age_band", "reference", "person_reference"):
            given, added = getattr(submission, field), getattr(self, field)
            if added is not None and given not in (None, added) and given not in installed().placeholders:
                raise _given_already(field)
        return submission.model_copy(update=self._additions)


def _given_already(field: str) -> HttpProblem:
    return HttpProblem(
        status=409,
        code="field-not-missing",
        title="This submission has a value in this field already",
        remedy="Leave it out here. To correct it, send the submission again with the same reference.",
        field=field,
    )


class ClearCommand(_RequestBody):
    """A coordinator clears the risks of a submission. The reason is stored and never announced."""

    coordinator: ShortText
    reason: Annotated[str, Prose(TEXT_CHARS_MAX, chars_min=1)]


class WithdrawalCommand(_RequestBody):
    """Why a submission is taken back."""

    reason: ListedReason


class PartnerCommand(_RequestBody):
    """An organisation that refers. The address is where its notices go; it is sealed, and never shown again."""

    name: ShortText
    region: RegionId
    setting: ListedSetting
    contact_email: EmailAddress | None = None
    channels: Annotated[tuple[PartnerChannel, ...], AtMost(len(PARTNER_CHANNELS), least=1)] | None = Field(
        default=None,
        description="How it hears of its referrals: on its status stream, by e-mail, or both. Left out, what was said before"
        " stays; a partner that never said anything has both.",
    )


class ProblemView(BaseModel):
    """One thing that is wrong with a submission: what, where, and what to do about it."""

    code: AnyProblemCode
    where: str
    remedy: str


class CrisisResourceView(BaseModel):
    """A crisis line or emergency number."""

    purpose: Literal["crisis", "immediate-danger"]
    name: str
    number: str

    @classmethod
    def of(cls, resource: facts.CrisisResource) -> Self:
        """Return a region's crisis resource as the API shows it."""
        return cls(purpose=resource.purpose, name=resource.name, number=resource.number)


class RegionView(BaseModel):
    """A region of the network."""

    id: str
    name: str
    postal_prefixes: Sequence[str]
    crisis_resources: Sequence[CrisisResourceView]

    @classmethod
    def of(cls, policy: facts.RegionPolicy) -> Self:
        """Return a region's policy, as far as submitters need it."""
        return cls(
            id=policy.id,
            name=policy.name,
            postal_prefixes=policy.postal_prefixes,
            crisis_resources=[CrisisResourceView.of(resource) for resource in policy.crisis_resources],
        )


class SubmissionView(BaseModel):
    """A submission and its decision."""

    submission_id: UUID
    decision: State
    partner: str | None = Field(
        description="The partner that referred; null when the person or a coordinator submitted."
    )
    reference: str = Field(
        description="The submitter's reference; one of our own where a placeholder was sent, or the person was erased."
    )
    person_id: UUID
    region: str
    setting: str
    problems: Sequence[ProblemView]
    suggestions: Sequence[str] = Field(description="A gentler way to begin, from the readiness check.")
    risks: Sequence[str] = Field(description="The risks that escalated it, also after they were cleared.")
    crisis_resources: Sequence[CrisisResourceView] = Field(
        description="The region's crisis lines, while a flagged risk has not been cleared."
    )
    linked_because: str | None
    referral_id: UUID | None
    repeats: UUID | None = Field(description="The earlier submission of the same reference it was linked to.")
    superseded_by: UUID | None = Field(description="The later submission that took its place.")
    next_actor: str | None = Field(description="Who must act, while it is held or escalated.")
    due_at: datetime | None
    cleared_by: str | None
    cleared_at: datetime | None
    received_at: datetime
    decided_at: datetime
    is_read: bool = Field(
        description="False for a risk that was heard in a record which was refused, or waits on a paused stream."
    )


class WithdrawalView(BaseModel):
    """What a withdrawal came to, why it was not done if it was not, and the submission."""

    outcome: AnswerCode
    problems: Sequence[ProblemView]
    submission: SubmissionView


class PartnerView(BaseModel):
    """A registered partner and its two topics."""

    id: str
    name: str
    setting: SettingCode
    region: str
    registered_at: datetime
    has_contact_route: bool
    channels: Sequence[ChannelCode] = Field(description="How it hears of its referrals.")
    referrals_topic: str
    status_topic: str


class StoredContactRouteView(BaseModel):
    """A contact route was sealed and stored; it is not returned."""

    person_id: UUID
    kept_at: datetime


class ErasureView(BaseModel):
    """What an erasure deleted, and what remains of the person."""

    person_id: UUID
    erased_at: datetime
    contact_route_erased: bool
    submissions_emptied: int
    remains: Sequence[str]
