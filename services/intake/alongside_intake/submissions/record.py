"""A submission as received, as identified for a decision and as stored, and its translation to facts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self, TypeAlias
from uuid import UUID

from alongside_contracts.codes import Codes
from alongside_contracts.ids import PersonId, SubmissionId
from alongside_contracts.intake import Consent, Submission, SupportRequest
from alongside_contracts.vocabulary import ConsentDecision
from alongside_intake.danger.reading import Danger
from alongside_intake.domain.facts import (
    PROVEN,
    SELF,
    ConsentRecord,
    Facts,
    Identity,
    ReadinessAnswers,
    State,
    UnreadDanger,
)
from alongside_intake.domain.identity import identify

WHOLE_NETWORK: Final = "network"
"""The consent's recipients when any offer may be asked."""
ExternalRef: TypeAlias = tuple[str, str]
"""A submitter's namespace (a partner's id, or `self`), and a reference within it."""
SubmissionKey: TypeAlias = tuple[str, str, UUID | None]
"""What makes a submission a repeat of another: namespace and reference; over the public API the same person, too."""


@dataclass(frozen=True, slots=True)
class ReceivedSubmission:
    """A submission as received. `partner` is None when a person or a coordinator submits; `cause` is its event's id.

    `identity` is what its two references prove; `said_more` is a danger that was read in its bytes and not in its fields; `record_id` names its record on a stream.
    `restates`: it repeats what is known and says one thing that is new, so that risks which were cleared are not stated again; without
    a `cause` it is somebody else's statement and not the submitter's. `not_before`: since when its partner is registered.
    """

    content: Submission
    identity: Identity
    partner: str | None = None
    cause: str | None = None
    said_more: Danger | None = None
    record_id: UUID | None = None
    restates: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunningRequest:
    """The request of a referral that runs: `content` as it is now, `sent` as its submitter sent it last."""

    content: Submission
    sent: Submission


@dataclass(frozen=True, slots=True)
class IdentifiedSubmission:
    """A received submission with its id, and the references under which its person and itself are stored.

    A reference that leads to nobody is stored as one that nobody can submit, so that no other submission finds it.
    """

    id: SubmissionId
    received: ReceivedSubmission
    person_ref: ExternalRef
    submission_ref: ExternalRef

    @classmethod
    def of(cls, id_: SubmissionId, received: ReceivedSubmission) -> Self:
        """Return the submission with the references that its identity allows."""
        identity, content = received.identity, received.content
        namespace, unique = received.partner or SELF, f"unshared {id_}"
        has_reference = "reference" not in identity.placeholders
        return cls(
            id_,
            received,
            (namespace, content.person_reference if identity.finds_person else unique),
            (namespace, content.reference if has_reference else unique),
        )


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission with its own id and its person's, ready to be decided. `cleared`: a coordinator cleared its risks.

    `reads` is the danger that was heard before the submission could be read; the submission continues under its id.
    """

    id: SubmissionId
    person_id: PersonId
    received: ReceivedSubmission
    submission_ref: ExternalRef
    cleared: bool = False
    reads: UnreadDanger | None = None

    @property
    def facts(self) -> Facts:
        """The submission as the rules see it, with every risk that was heard."""
        facts, more = facts_of(self.content, self.received.identity), self.received.said_more
        said = (more.risks if more else frozenset()) | (self.reads.risks if self.reads else frozenset())
        return replace(facts, risks=facts.risks | said) if said else facts

    @property
    def key(self) -> SubmissionKey:
        """What its repeats have in common with it."""
        return submission_key(self.submission_ref, self.person_id)

    @property
    def content(self) -> Submission:
        """The submitted content."""
        return self.received.content

    @property
    def partner(self) -> str | None:
        """The partner that referred; None when the person or a coordinator submitted."""
        return self.received.partner


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission as stored, without its content: ids, codes and times."""

    id: UUID
    source: str
    reference: str
    person_id: UUID
    region: str
    setting: str
    state: State
    problems: tuple[dict[str, str], ...]
    suggestions: tuple[str, ...]
    risks: tuple[str, ...]
    because: str | None
    referral_id: UUID | None
    repeats: UUID | None
    superseded_by: UUID | None
    next_actor: str | None
    due_at: datetime | None
    cleared_by: str | None
    cleared_at: datetime | None
    received_at: datetime
    decided_at: datetime
    is_read: bool
    is_erased: bool
    withdrawn_because: str | None

    @property
    def partner(self) -> str | None:
        """The partner that referred; None when the person or a coordinator submitted."""
        return None if self.source == SELF else self.source

    @property
    def is_decided(self) -> bool:
        """Whether nothing more is awaited before its decision: it is neither held nor superseded."""
        return self.state is not State.HELD and self.superseded_by is None

    @property
    def has_open_escalation(self) -> bool:
        """Whether a person may be in danger: escalated, or linked to an escalated one and so without a referral."""
        return self.state is State.ESCALATED or (
            self.state in (State.LINKED, State.AMENDED) and self.referral_id is None
        )


def submission_key(ref: ExternalRef, person_id: UUID) -> SubmissionKey:
    """Return the key of a submission that is stored under `ref`, for a person."""
    return *ref, person_id if ref[0] == SELF else None


def identity_of(submission: Submission, partner: str | None, codes: Codes) -> Identity:
    """Return what the references of a submission prove; `partner` is None over the public API."""
    return identify(submission.reference, submission.person_reference, codes, is_public=partner is None)


def facts_of(submission: Submission, identity: Identity = PROVEN) -> Facts:
    """Return the submission as the rules see it."""
    return Facts(
        region=submission.region,
        needs=frozenset(submission.needs),
        setting=submission.setting,
        formats=frozenset(submission.formats),
        urgency=submission.urgency.value,
        age_band=submission.age_band.value if submission.age_band else None,
        postal_code=submission.postal_code,
        consent=consent_of(submission.consent),
        guardian_consent=submission.guardian_consent,
        readiness=_readiness(submission),
        risks=frozenset(submission.risks),
        identity=identity,
    )


def request_of(submission: Submission) -> SupportRequest:
    """Return the part of a submission that matching may know: codes, nothing about the person's identity or history.

    A consent to named offers that names none covers no offer. Recipients that are unknown here are never the whole network.
    """
    fields: dict[str, Any] = {name: getattr(submission, name) for name in SupportRequest.model_fields}
    if submission.consent and submission.consent.recipients != WHOLE_NETWORK:
        fields["consent_offers"] = submission.consent_offers or ()
    return SupportRequest(**fields)


def consent_of(consent: Consent | None) -> ConsentRecord | None:
    """Return a consent record as the rules see it."""
    if consent is None:
        return None
    return ConsentRecord(
        consent.decision is ConsentDecision.GIVEN,
        frozenset(consent.categories),
        consent.signed_at,
        consent.expires_at,
        consent.purpose,
    )


def _readiness(submission: Submission) -> ReadinessAnswers | None:
    answers = submission.readiness
    if answers is None:
        return None
    return ReadinessAnswers(
        answers.comfort_sharing, answers.comfort_listening, answers.wants_professional_help_instead
    )
