"""The stored state of the references and people of one batch, updated as the batch is decided.

Each submission is decided as if all earlier ones of its batch had been stored long ago: `add` enters a decision here,
and `prior_records` shows it to the next submission.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from alongside_contracts.ids import ReferralId, SubmissionId
from alongside_contracts.vocabulary import LinkReason, Risk
from alongside_intake.domain.decide import Admitted, Amended, Decision, Escalated, Linked, can_be_replaced
from alongside_intake.domain.facts import (
    CurrentSubmission,
    OpenEscalation,
    OpenReferral,
    PriorRecords,
    UnreadDanger,
)
from alongside_intake.submissions.news import NOTHING_NEW, News
from alongside_intake.submissions.record import RunningRequest, SubmissionKey, SubmissionRecord


@dataclass(frozen=True, slots=True)
class DecidedSubmission:
    """A submission and its decision.

    `at` is when it was decided; `new_referral_id` is the id of the referral that begins. `repeats` is the earlier submission of the same reference
    that this one repeats; `supersedes` is the held or rejected one that this one replaces; `news` is what it
    changes of referrals that run.
    """

    submission: SubmissionRecord
    decision: Decision
    at: datetime
    new_referral_id: ReferralId | None
    repeats: UUID | None = None
    supersedes: UUID | None = None
    news: News = NOTHING_NEW

    @property
    def referral_id(self) -> ReferralId | None:
        """The new referral, or the one the submission is linked to; None while there is none."""
        linked_to = self.decision.referral_id if isinstance(self.decision, Linked | Amended) else None
        return ReferralId(linked_to) if linked_to else self.new_referral_id

    @property
    def pages(self) -> bool:
        """Whether it escalates risks that nobody was paged about yet."""
        if not isinstance(self.decision, Escalated):
            return False
        reads = self.submission.reads
        return reads is None or not reads.risks.issuperset(self.decision.risks)


class BatchState:
    """Starts with the stored records of some references and people; every decision about them is added."""

    def __init__(
        self,
        current: Mapping[SubmissionKey, CurrentSubmission],
        escalations: Mapping[SubmissionKey, tuple[OpenEscalation, ...]],
        open_referrals: Mapping[UUID, tuple[OpenReferral, ...]],
        unread: Mapping[UUID | SubmissionKey, UnreadDanger],
        latest: Mapping[UUID | SubmissionKey, datetime],
    ) -> None:
        self._current = dict(current)
        self._escalations, self._open_referrals = dict(escalations), dict(open_referrals)
        self._unread, self._latest = dict(unread), dict(latest)
        self._words: dict[UUID, tuple[str, ...]] = {}

    @property
    def dangers(self) -> set[UUID]:
        """The submissions whose escalation may cover another one."""
        escalated = {escalation.submission_id for found in self._escalations.values() for escalation in found}
        return escalated | {unread.submission_id for unread in self._unread.values()}

    def add_words(self, words: Mapping[UUID, tuple[str, ...]]) -> None:
        """Add the senders' own words about risks, by submission."""
        self._words |= words

    def identify(self, submission: SubmissionRecord) -> SubmissionRecord:
        """Return the submission under the id of the danger that was heard in its record, or in an unreadable one of its reference."""
        received = submission.received
        unread = self._unread.get(submission.key)
        if received.record_id is not None:
            unread = self._unread.get(received.record_id, unread)
        if unread is None:
            return submission
        id_ = SubmissionId(unread.submission_id)
        reads = replace(unread, risks=self._covered(unread, submission))
        return replace(submission, id=id_, cleared=unread.cleared, reads=reads)

    def time_of_decision(self, submission: SubmissionRecord, now: datetime) -> datetime:
        """Return `now`, but never a time before what was stored of its reference, its person, its record or its partner.

        Their locks were waited for: a transaction that held them decided first, and may have begun later.
        """
        received = submission.received
        names = (submission.key, submission.person_id, received.record_id)
        known = (self._latest.get(name) for name in names if name is not None)
        return max(now, received.not_before or now, *(at for at in known if at is not None))

    def prior_records(self, submission: SubmissionRecord) -> PriorRecords:
        """Return the records of a submission's reference and person, without the submission itself."""
        key = submission.key
        current = self._current.get(key)
        return PriorRecords(
            current=None if current is None or current.submission_id == submission.id else current,
            escalations=tuple(
                replace(escalation, risks=self._covered(escalation, submission))
                for escalation in self._escalations.get(key, ())
                if escalation.submission_id != submission.id
            ),
            open_referrals=self._open_referrals.get(submission.person_id, ()),
        )

    def add(self, decided: DecidedSubmission) -> None:
        """Add the decision about a new submission, for the submissions after it."""
        submission, decision = decided.submission, decided.decision
        key = submission.key
        self._latest[key] = self._latest[submission.person_id] = decided.at
        if submission.reads is not None:
            self._unread = {
                name: unread for name, unread in self._unread.items() if unread.submission_id != submission.id
            }
        if submission.received.said_more is not None:
            words = self._words.get(submission.id, ())
            self._words[submission.id] = (*words, *submission.received.said_more.words)
        if decided.repeats is None:
            self._current[key] = CurrentSubmission(
                submission.id, decision.state, decided.referral_id, submission.content
            )
        if decided.news.escalated is not None:
            self._current[key] = decided.news.escalated
        if isinstance(decision, Escalated):
            escalation = OpenEscalation(submission.id, frozenset(decision.risks))
            self._escalations[key] = (*self._escalations.get(key, ()), escalation)
        if isinstance(decision, Admitted) and decided.new_referral_id is not None:
            content = submission.content
            opened = OpenReferral(
                decided.new_referral_id,
                submission.id,
                frozenset(content.needs),
                RunningRequest(content, content),
            )
            earlier = self._open_referrals.get(submission.person_id, ())
            self._open_referrals[submission.person_id] = (*earlier, opened)
        changed = {item.referral.referral_id: item.after for item in decided.news.referrals}
        if changed:
            self._open_referrals[submission.person_id] = tuple(
                changed.get(item.referral_id, item) for item in self._open_referrals[submission.person_id]
            )

    def _covered(self, danger: OpenEscalation | UnreadDanger, submission: SubmissionRecord) -> frozenset[str]:
        """Return the risks for which nobody need be paged again: not those in words that the danger does not name."""
        more = submission.received.said_more
        if more is None or not more.has_new_words(self._words.get(danger.submission_id, ())):
            return danger.risks
        return danger.risks - {Risk.UNRECOGNISED_RISK}


def repeated_or_superseded(decision: Decision, prior: PriorRecords) -> tuple[UUID | None, UUID | None]:
    """Return the earlier submission with this reference that this one repeats, or the one that it replaces."""
    match prior.current, decision:
        case None, _:
            return None, None
        case current, _ if can_be_replaced(current):
            return None, current.submission_id
        case _, Linked(LinkReason.SAME_REFERENCE, repeated):
            return repeated, None
        case current, _:
            return current.submission_id, None
