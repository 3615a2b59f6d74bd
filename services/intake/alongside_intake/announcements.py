"""Decisions as events of the contracts: announcements to the network, and answers to partners."""

from datetime import datetime
from uuid import UUID

from alongside_chassis.consume import Quarantine
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.ids import PartnerId, ReferralId, SubmissionId
from alongside_contracts.intake import (
    Consent,
    ConsentChanged,
    ConsentOnRecord,
    PartnerStreamPaused,
    PartnerStreamResumed,
    Submission,
    SubmissionAdmitted,
    SubmissionAmended,
    SubmissionEscalated,
    SubmissionLinked,
    SubmissionWithdrawn,
)
from alongside_contracts.partner import (
    IntakePaused,
    IntakeResumed,
    IntakeSummarised,
    Origin,
    PartnerRegistered,
    Problem,
    RefusedByCode,
    SubmissionAnswered,
)
from alongside_contracts.referrals import ReferralSucceeded
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_contracts.vocabulary import Answer, LinkReason
from alongside_intake.domain.decide import Admitted, Amended, Decision, Escalated, Linked
from alongside_intake.partners.pauses import StreamPause
from alongside_intake.partners.summaries import PROBLEMS_MAX, Summary
from alongside_intake.people.store import Partner
from alongside_intake.submissions.news import ReferralNews
from alongside_intake.submissions.record import SubmissionRecord, request_of


def admitted(submission: SubmissionRecord, referral_id: ReferralId) -> SubmissionAdmitted:
    """Return the event that begins a referral: its request in codes, nothing that identifies the person."""
    content = submission.content
    return SubmissionAdmitted(
        referral_id=referral_id,
        submission_id=submission.id,
        person_id=submission.person_id,
        partner=submission.partner,
        reference=content.reference,
        setting=content.setting,
        request=request_of(content),
    )


def linked(submission: SubmissionRecord, referral_id: ReferralId, reason: LinkReason) -> SubmissionLinked:
    """Return the event that links a submission, under its own id, to an existing referral."""
    return SubmissionLinked(
        referral_id=referral_id,
        submission_id=submission.id,
        partner=submission.partner,
        because=reason,
    )


def amended(submission: SubmissionRecord, changed: ReferralNews, sequence: int) -> SubmissionAmended:
    """Return the event that gives a running referral its whole request again."""
    return SubmissionAmended(
        referral_id=ReferralId(changed.referral.referral_id),
        submission_id=submission.id,
        person_id=submission.person_id,
        partner=submission.partner,
        sequence=sequence,
        request=request_of(changed.running.content),
    )


def consent_changed(submission: SubmissionRecord, changed: ReferralNews, sequence: int) -> ConsentChanged:
    """Return the event that gives a running referral its whole consent record again."""
    consent = changed.running.content.consent
    assert consent is not None  # noqa: S101  (a change of consent has a record)
    return ConsentChanged(
        referral_id=ReferralId(changed.referral.referral_id),
        person_id=submission.person_id,
        partner=submission.partner,
        sequence=sequence,
        consent=ConsentOnRecord(**consent.model_dump()),
        covers=changed.covers,
    )


def successor_amended(
    event: ReferralSucceeded, submission_id: SubmissionId, content: Submission, sequence: int
) -> SubmissionAmended:
    """Return the event that gives a successor the request as it is now."""
    return SubmissionAmended(
        referral_id=event.referral_id,
        submission_id=submission_id,
        person_id=event.person_id,
        partner=event.partner,
        sequence=sequence,
        request=request_of(content),
    )


def successor_uncovered(event: ReferralSucceeded, consent: Consent, sequence: int) -> ConsentChanged:
    """Return the event that tells of a successor that the consent covers it no longer."""
    return ConsentChanged(
        referral_id=event.referral_id,
        person_id=event.person_id,
        partner=event.partner,
        sequence=sequence,
        consent=ConsentOnRecord(**consent.model_dump()),
        covers=False,
    )


def successor_withdrawn(
    event: ReferralSucceeded, submission_id: SubmissionId, reason: str
) -> SubmissionWithdrawn:
    """Return the event that cancels the successor of a referral whose submission was taken back."""
    return SubmissionWithdrawn(
        referral_id=event.referral_id,
        submission_id=submission_id,
        person_id=event.person_id,
        partner=event.partner,
        reason=reason,
    )


def escalated(submission: SubmissionRecord, decision: Escalated) -> SubmissionEscalated:
    """Return the crisis event of a submission with risks: a person may be in danger."""
    return SubmissionEscalated(
        submission_id=submission.id,
        person_id=submission.person_id,
        partner=submission.partner,
        region=submission.content.region,
        risks=decision.risks,
        acknowledge_by=decision.acknowledge_by,
    )


def answer(
    submission: SubmissionRecord,
    partner: str,
    decision: Decision,
    referral_id: ReferralId | None,
    source: RecordOrigin | None,
) -> SubmissionAnswered:
    """Return the answer to the partner. For a linked submission, the answer names the submission it is linked to."""
    problems = () if isinstance(decision, Admitted) else decision.problems
    named = SubmissionId(decision.submission_id) if isinstance(decision, Linked | Amended) else submission.id
    is_consent_only = isinstance(decision, Amended) and decision.is_consent_only
    return SubmissionAnswered(
        partner=partner,
        reference=submission.content.reference,
        submission_id=named,
        referral_id=referral_id,
        answer=Answer.CONSENT_CHANGED if is_consent_only else decision.state,
        problems=tuple(
            Problem(code=problem.code, where=problem.where, remedy=problem.remedy) for problem in problems
        ),
        origin=None if source is None else origin(source),
    )


def refused_as_erased(
    partner: str, problem: Problem, source: RecordOrigin, reference: str | None
) -> SubmissionAnswered:
    """Return the answer about a record that is not handled: its person was erased after it was sent."""
    return refused(partner, problem, source, None).model_copy(update={"reference": reference})


def refused(
    partner: str, problem: Problem, source: RecordOrigin, escalated_as: UUID | None
) -> SubmissionAnswered:
    """Return the answer about a record that could not be read or handled, with the escalation of a risk in it."""
    return SubmissionAnswered(
        partner=partner,
        answer=Answer.REFUSED,
        problems=(problem,),
        origin=origin(source),
        escalated_as=None if escalated_as is None else SubmissionId(escalated_as),
    )


def paused(pause: StreamPause, event_id: str | None) -> IntakePaused:
    """Return the event that notifies a partner that its stream is paused; `event_id` is the last record's."""
    return IntakePaused(
        partner=pause.partner,
        because=pause.because,
        refused=pause.refused,
        problem=pause.problem,
        origin=Origin(
            topic=PARTNER_REFERRALS.topic(pause.partner),
            partition=pause.partition,
            offset=pause.offset,
            event_id=event_id,
        ),
        paused_at=pause.paused_at,
    )


def resumed(quarantine: Quarantine, *, at: datetime) -> IntakeResumed:
    """Return the event that notifies a partner that its stream is read again."""
    return IntakeResumed(partner=quarantine.partner, paused_at=quarantine.paused_at, resumed_at=at)


def summarised(partner: str, summary: Summary) -> IntakeSummarised:
    """Return the event that summarises a partner's day: numbers, codes and places, without the rarest problems of many."""
    return IntakeSummarised(
        partner=partner,
        begins_at=summary.period.begins_at,
        ends_at=summary.period.ends_at,
        received=summary.decided + summary.refused,
        refused=summary.refused,
        waiting=summary.waiting,
        problems=tuple(
            RefusedByCode(
                code=problem.reason,
                refused=problem.refused,
                waiting=problem.waiting,
                where=problem.where,
                remedy=problem.remedy,
            )
            for problem in summary.problems[:PROBLEMS_MAX]
        ),
        paused_since=summary.paused_since,
    )


def stream_paused(quarantine: Quarantine, region: str | None) -> PartnerStreamPaused:
    """Return the event that notifies the network that a partner's stream is unread; `region` is the partner's, if registered."""
    return PartnerStreamPaused(
        partner=quarantine.partner, region=region, because=quarantine.because, paused_at=quarantine.paused_at
    )


def stream_resumed(quarantine: Quarantine, region: str | None, *, at: datetime) -> PartnerStreamResumed:
    """Return the event that notifies the network that a partner's stream is read again."""
    return PartnerStreamResumed(
        partner=quarantine.partner, region=region, paused_at=quarantine.paused_at, resumed_at=at
    )


def partner_registered(partner: Partner, *, at: datetime) -> PartnerRegistered:
    """Return the event that says how a partner wants to hear of its referrals."""
    return PartnerRegistered(
        partner=PartnerId(partner.id), channels=tuple(partner.channels), registered_at=at
    )


def origin(source: RecordOrigin) -> Origin:
    """Return the position of a record, so that its sender can find it."""
    return Origin(
        topic=source.topic, partition=source.partition, offset=source.offset, event_id=source.event_id
    )
