"""Application service for submissions, shared by the Kafka and HTTP entry points: load, decide, record, announce."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_contracts.codes import Codes
from alongside_contracts.ids import ReferralId, SubmissionId, new_id
from alongside_contracts.intake import Submission
from alongside_contracts.partner import Problem
from alongside_contracts.vocabulary import ProblemCode
from alongside_intake import announcements, store
from alongside_intake.danger import store as danger_store
from alongside_intake.danger.hearing import DangerHearing
from alongside_intake.domain.decide import (
    Admitted,
    Amended,
    Escalated,
    Held,
    Linked,
    Rejected,
    assign_to_coordinator,
    decide,
)
from alongside_intake.domain.facts import Policies, PriorRecords, State
from alongside_intake.submissions import store as submissions_store
from alongside_intake.submissions.batch_state import BatchState, DecidedSubmission, repeated_or_superseded
from alongside_intake.submissions.completion import complete
from alongside_intake.submissions.news import News, apply_news
from alongside_intake.submissions.record import (
    IdentifiedSubmission,
    ReceivedSubmission,
    StoredSubmission,
    SubmissionRecord,
)

HELD_OVERDUE: Final = "held-overdue"
"""The timer of a held submission: when it fires, a coordinator becomes the next actor."""

UNREAD: Final = Problem(
    code=ProblemCode.UNREAD,
    where="stream",
    remedy="have the partner's operator correct its records, then resume its stream",
)
"""The problem of a submission of which only the danger was heard, while its stream is paused."""

Completion = Callable[[Submission], Submission]


@dataclass(frozen=True, slots=True)
class SubmissionService:
    """Decides submissions by the `policies` of their regions."""

    policies: Policies
    danger: DangerHearing

    async def receive(self, received: Sequence[ReceivedSubmission], tx: Tx) -> list[DecidedSubmission]:
        """Decide new submissions in order and record them; the caller announces the decisions.

        1 lock the people and the references; 2 load the stored records of both; 3 decide each in its turn; 4 record.
        """
        return await self.receive_identified(await _register(received, tx), tx)  # 1

    async def receive_identified(
        self, submissions: Sequence[SubmissionRecord], tx: Tx
    ) -> list[DecidedSubmission]:
        """Do steps 2 to 4 of `receive` for submissions whose people and references are locked."""
        batch = await self._load_state(submissions, tx)  # 2
        decided = [self._decide_next(submission, batch, tx.now) for submission in submissions]  # 3
        await store.record(tx, decided)  # 4
        await submissions_store.save_news(tx, decided)
        await self._keep_words(decided, tx)
        return decided

    async def complete(self, submission_id: UUID, completion: Completion, tx: Tx) -> None:
        """Add what a held submission lacked and decide it again. Raises HttpProblem when it is not held, or as `complete` does."""
        stored, submission = await _load_waiting(tx, submission_id, State.HELD, self.policies.codes)
        if submission is None:
            raise not_read(stored)
        completed = await complete(submission, completion(submission.content), self.policies.codes, tx)
        await self._decide_again(completed, tx)

    async def clear(self, submission_id: UUID, *, coordinator: str, reason: str, tx: Tx) -> None:
        """Clear an escalated submission for a coordinator, and decide it again. Raises HttpProblem when not escalated.

        The first escalation of a reference cannot be cleared while a later one is open: the danger is not over.
        """
        stored, submission = await _load_waiting(tx, submission_id, State.ESCALATED, self.policies.codes)
        if submission is None:
            await store.clear(tx, submission_id, coordinator=coordinator, reason=reason)
            await self._settle_unread(stored, tx)
            return
        others = (await store.load_batch_state(tx, [submission])).prior_records(submission).escalations
        if others and stored.repeats is None:
            raise HttpProblem(
                status=409,
                code="alarm-still-rings",
                title="A later escalated submission of the same reference has not been cleared",
                remedy=f"Review submission {others[0].submission_id} and clear it first.",
            )
        await store.clear(tx, submission_id, coordinator=coordinator, reason=reason)
        if stored.withdrawn_because is not None:
            await submissions_store.withdraw(
                tx, submission_id, because=stored.withdrawn_because, state=State.WITHDRAWN
            )
            return
        await self._decide_again(replace(submission, cleared=True), tx)

    async def assign_coordinator(self, submission_id: UUID, tx: Tx) -> None:
        """Make a coordinator the next actor of an overdue held submission, and set the timer of the new due time."""
        stored, _ = await store.lock_submission(tx, submission_id, self.policies.codes) or (None, None)
        if stored is None or stored.is_erased or not _waits_in(stored, State.HELD):
            return
        next_actor, due_at = assign_to_coordinator(self.policies.of(stored.region), tx.now)
        await store.set_next_actor(tx, submission_id, next_actor, due_at)
        tx.set_timer(HELD_OVERDUE, str(submission_id), due_at)

    async def _load_state(self, submissions: Sequence[SubmissionRecord], tx: Tx) -> BatchState:
        batch = await store.load_batch_state(tx, submissions)
        if any(submission.received.said_more for submission in submissions):
            batch.add_words(await self.danger.words.open(tx.conn, batch.dangers))
        return batch

    def _decide_next(
        self, submission: SubmissionRecord, batch: BatchState, now: datetime
    ) -> DecidedSubmission:
        submission = batch.identify(submission)
        at = batch.time_of_decision(submission, now)
        decided = self._decide(submission, batch.prior_records(submission), at)
        batch.add(decided)
        return decided

    async def _settle_unread(self, stored: StoredSubmission, tx: Tx) -> None:
        """Decide a cleared danger whose submission cannot be read, or not yet; a coordinator has that read."""
        due_at = assign_to_coordinator(self.policies.of(stored.region), tx.now)[1]
        if await danger_store.settle_cleared(tx, stored.id, UNREAD, due_at) is State.HELD:
            tx.set_timer(HELD_OVERDUE, str(stored.id), due_at)

    async def _keep_words(self, decided: Sequence[DecidedSubmission], tx: Tx) -> None:
        for item in decided:
            more = item.submission.received.said_more
            if more is not None:
                await self.danger.words.seal(tx, item.submission.id, item.submission.person_id, more.words)

    async def _decide_again(self, submission: SubmissionRecord, tx: Tx) -> None:
        batch = await store.load_batch_state(tx, [submission])
        at = batch.time_of_decision(submission, tx.now)
        decided = self._decide(submission, batch.prior_records(submission), at)
        tx.cancel_timer(HELD_OVERDUE, str(submission.id))
        await store.decide_again(tx, decided)
        await submissions_store.save(tx, decided.news)
        announce_decision(decided, tx)

    def _decide(self, submission: SubmissionRecord, prior: PriorRecords, now: datetime) -> DecidedSubmission:
        decision = decide(submission.facts, self.policies, prior, now, cleared=submission.cleared)
        new_referral_id = ReferralId(new_id()) if isinstance(decision, Admitted) else None
        repeats, supersedes = repeated_or_superseded(decision, prior)
        decision, news = apply_news(submission.content, decision, prior, self.policies, now)
        if submission.received.restates and submission.received.cause is None:
            news = news.of_somebody_else()
        return DecidedSubmission(submission, decision, now, new_referral_id, repeats, supersedes, news)


async def _register(received: Sequence[ReceivedSubmission], tx: Tx) -> list[SubmissionRecord]:
    """Give each submission its id and its person.

    Locks what two transactions could decide differently: first all people, then all references, each in one order.
    """
    identified = [IdentifiedSubmission.of(SubmissionId(new_id()), each) for each in received]
    people = await store.lock_people(tx, {each.person_ref for each in identified})
    await store.lock_references(tx, {each.submission_ref for each in identified})
    return [
        SubmissionRecord(each.id, people[each.person_ref], each.received, each.submission_ref)
        for each in identified
    ]


async def _load_waiting(
    tx: Tx, submission_id: UUID, state: State, codes: Codes
) -> tuple[StoredSubmission, SubmissionRecord | None]:
    """Load a submission that waits in `state`, and lock its person; its record is None for a danger without a submission.

    Raises HttpProblem for any other submission.
    """
    found = await store.lock_submission(tx, submission_id, codes)
    if found is None:
        raise submission_not_found()
    stored, submission = found
    if stored.is_erased:
        raise person_erased()
    if not _waits_in(stored, state):
        raise HttpProblem(
            status=409,
            code=f"submission-not-{state}",
            title=f"This submission is not {state}",
            detail=f"It was {'superseded' if stored.superseded_by else stored.state.value}.",
            remedy=f"Read its present decision with GET /submissions/{stored.id}.",
        )
    return stored, submission


def person_erased() -> HttpProblem:
    """Return the problem for a submission whose person was erased."""
    return HttpProblem(
        status=410,
        code="person-erased",
        title="The person of this submission was erased",
        remedy="It cannot be decided again. If support is still wanted, send a new submission.",
    )


def not_read(stored: StoredSubmission) -> HttpProblem:
    """Return the problem for a submission of which only a risk was heard."""
    return HttpProblem(
        status=409,
        code="submission-not-read",
        title="Only a risk was heard of this submission; it is not read yet",
        remedy=f"Have the stream of {stored.source} resumed: the submission is read then and can be completed.",
    )


def submission_not_found() -> HttpProblem:
    """Return the problem for an unknown submission id."""
    return HttpProblem(
        status=404,
        code="submission-not-found",
        title="No submission has this id",
        remedy="Use the submission_id of an answer, or of an item of GET /submissions.",
        field="submission_id",
    )


def _waits_in(stored: StoredSubmission, state: State) -> bool:
    return stored.state is state and stored.superseded_by is None


def announce_decision(decided: DecidedSubmission, tx: Tx) -> None:
    """Announce a recorded decision, set or cancel its timer, and answer the partner."""
    submission, decision = decided.submission, decided.decision
    if decided.supersedes is not None:
        tx.cancel_timer(HELD_OVERDUE, str(decided.supersedes))
    if submission.reads is not None:
        tx.cancel_timer(HELD_OVERDUE, str(submission.id))
    match decision:
        case Admitted():
            assert decided.new_referral_id is not None  # noqa: S101  (an admission begins a referral)
            tx.announce(announcements.admitted(submission, decided.new_referral_id))
        case Linked(reason) if decided.referral_id is not None:
            tx.announce(announcements.linked(submission, decided.referral_id, reason))
        case Escalated():
            if decided.pages:
                tx.announce(announcements.escalated(submission, decision))
        case Held():
            tx.set_timer(HELD_OVERDUE, str(submission.id), decision.due_at)
        case Linked() | Amended() | Rejected():
            pass
        case _:
            assert_never(decision)
    announce_news(decided.news, submission, tx)
    if submission.partner is not None:
        answer = announcements.answer(
            submission, submission.partner, decision, decided.referral_id, tx.record
        )
        tx.announce(answer, partner=submission.partner)


def announce_news(news: News, submission: SubmissionRecord, tx: Tx) -> None:
    """Announce what a submission changed of running referrals: the request first, then the consent to it."""
    for changed in news.referrals:
        if changed.request_sequence is not None:
            tx.announce(announcements.amended(submission, changed, changed.request_sequence))
        if changed.consent_sequence is not None:
            tx.announce(announcements.consent_changed(submission, changed, changed.consent_sequence))
