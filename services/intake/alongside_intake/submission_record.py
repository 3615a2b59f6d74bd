"""A submission as received, as identified for a decision and as stored, and its translation to facts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from alongside_contracts.ids import PersonId, SubmissionId
from alongside_contracts.intake import Submission, SupportRequest
from alongside_contracts.vocabulary import ConsentDecision
from alongside_intake.danger.reading import Danger
from alongside_intake.domain.facts import SELF, ConsentRecord, Facts, ReadinessAnswers, State, UnreadDanger

WHOLE_NETWORK: Final = "network"
"""The consent's recipients when any offer may be asked."""
ExternalRef: TypeAlias = tuple[str, str]
"""A submitter's namespace (a partner's id, or `self`), and a reference within it."""


@dataclass(frozen=True, slots=True)
class ReceivedSubmission:
    """A submission as received. `partner` is None when a person or a coordinator submits; `cause` is its event's id.

    `said_more` is a danger that was read in its bytes and not in its fields; `record_id` names its record on a stream.
    """

    content: Submission
    partner: str | None = None
    cause: str | None = None
    said_more: Danger | None = None
    record_id: UUID | None = None

    @property
    def person_ref(self) -> ExternalRef:
        """The submitter's reference to the person."""
        return self.partner or SELF, self.content.person_reference

    @property
    def submission_ref(self) -> ExternalRef:
        """The submitter's reference to the submission."""
        return self.partner or SELF, self.content.reference


@dataclass(frozen=True, slots=True)
class SubmissionRecord:
    """A submission with its own id and its person's, ready to be decided. `cleared`: a coordinator cleared its risks.

    `reads` is the danger that was heard before the submission could be read; the submission continues under its id.
    """

    id: SubmissionId
    person_id: PersonId
    received: ReceivedSubmission
    cleared: bool = False
    reads: UnreadDanger | None = None

    @property
    def facts(self) -> Facts:
        """The submission as the rules see it, with every risk that was heard."""
        facts, more = facts_of(self.content), self.received.said_more
        said = (more.risks if more else frozenset()) | (self.reads.risks if self.reads else frozenset())
        return replace(facts, risks=facts.risks | said) if said else facts

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

    @property
    def partner(self) -> str | None:
        """The partner that referred; None when the person or a coordinator submitted."""
        return None if self.source == SELF else self.source

    @property
    def has_open_escalation(self) -> bool:
        """Whether a person may be in danger: escalated, or linked to an escalated one and so without a referral."""
        return self.state is State.ESCALATED or (self.state is State.LINKED and self.referral_id is None)


def facts_of(submission: Submission) -> Facts:
    """Return the submission as the rules see it."""
    return Facts(
        region=submission.region,
        needs=frozenset(submission.needs),
        setting=submission.setting,
        formats=frozenset(submission.formats),
        urgency=submission.urgency.value,
        age_band=submission.age_band.value if submission.age_band else None,
        postal_code=submission.postal_code,
        consent=_consent(submission),
        guardian_consent=submission.guardian_consent,
        readiness=_readiness(submission),
        risks=frozenset(submission.risks),
    )


def request_of(submission: Submission) -> SupportRequest:
    """Return the part of a submission that matching may know: codes, nothing about the person's identity or history.

    A consent to named offers that names none covers no offer. Recipients that are unknown here are never the whole network.
    """
    fields: dict[str, Any] = {name: getattr(submission, name) for name in SupportRequest.model_fields}
    if submission.consent and submission.consent.recipients != WHOLE_NETWORK:
        fields["consent_offers"] = submission.consent_offers or ()
    return SupportRequest(**fields)


def _consent(submission: Submission) -> ConsentRecord | None:
    consent = submission.consent
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
