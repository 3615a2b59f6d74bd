"""The way of a submission over intake's desk, whichever door it comes through: load, decide, record, announce."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, assert_never
from uuid import UUID

from alongside_chassis.errors import Problem
from alongside_chassis.transaction import Tx
from alongside_contracts.ids import ReferralId, SubmissionId, new_id
from alongside_contracts.intake import Submission
from alongside_intake import announcements, store
from alongside_intake.domain.decide import (
    Admitted,
    Because,
    Decision,
    Escalated,
    Held,
    Linked,
    Rejected,
    decide,
    gives_way,
    overdue,
)
from alongside_intake.domain.facts import SELF, Known, Policies, State
from alongside_intake.filing import Filing, Recorded, facts_of

HELD_OVERDUE: Final = "held-overdue"
"""The timer of a held submission: when it fires, a coordinator is asked."""

Completion = Callable[[Submission], Submission]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where submissions are decided; `policies` are the regions' own."""

    policies: Policies

    async def receive(self, submission: Submission, *, partner: str | None, tx: Tx) -> SubmissionId:
        """Decide a submission never seen before; returns the id it is recorded under.

        1 lock the person and the reference; 2 look up what is known of both; 3 decide; 4 let an earlier submission
        that led nowhere give way; 5 record; 6 announce.
        """
        id_ = SubmissionId(new_id())
        person_id = await store.person_held(  # 1
            tx, partner or SELF, submission.person_reference, submission.reference
        )
        filing = Filing(id_, partner, person_id, submission)
        known = await store.known(tx, filing)  # 2
        decision = decide(facts_of(submission), self.policies, known, tx.now)  # 3
        repeats = await _make_way(known, filing, decision, tx)  # 4
        referral_id = _new_referral(decision)
        await store.add(tx, filing, decision, repeats=repeats, referral=referral_id)  # 5
        await _follow_up(filing, decision, referral_id, tx)  # 6
        return id_

    async def complete(self, submission_id: UUID, completion: Completion, tx: Tx) -> None:
        """Add what a held submission lacked and decide it again. Raises Problem when it is not held."""
        _, filing = await _waiting(tx, submission_id, State.HELD)
        await self._decide_again(replace(filing, submission=completion(filing.submission)), tx)

    async def clear(self, submission_id: UUID, *, coordinator: str, reason: str, tx: Tx) -> None:
        """Let an escalated submission go on, on a coordinator's word. Raises Problem when it is not escalated.

        While another alarm of the same reference rings, the first stays: what it waits for is not over.
        """
        recorded, filing = await _waiting(tx, submission_id, State.ESCALATED)
        others = (await store.known(tx, filing)).alarms
        if others and recorded.repeats is None:
            raise Problem(
                status=409,
                code="alarm-still-rings",
                title="A later alarm of the same reference has not been cleared",
                remedy=f"Look at submission {others[0].submission_id} first.",
            )
        await store.clear(tx, submission_id, by=coordinator, because=reason)
        await self._decide_again(replace(filing, cleared=True), tx)

    async def call_coordinator(self, submission_id: UUID, tx: Tx) -> None:
        """Nobody completed a held submission in time: ask a coordinator, and look again later."""
        found = await store.filing_held(tx, submission_id)
        if found is None or found[1] is None or not _is_waiting(found[0], State.HELD):
            return
        next_actor, due_at = overdue(self.policies.of(found[0].region), tx.now)
        await store.wait_for(tx, submission_id, next_actor, due_at)
        tx.later(HELD_OVERDUE, str(submission_id), due_at)

    async def _decide_again(self, filing: Filing, tx: Tx) -> None:
        known = await store.known(tx, filing)
        decision = decide(facts_of(filing.submission), self.policies, known, tx.now, cleared=filing.cleared)
        referral_id = _new_referral(decision)
        tx.no_longer(HELD_OVERDUE, str(filing.id))
        await store.decide_again(tx, filing, decision, referral=referral_id)
        if referral_id is not None:
            await store.tell_repeats(tx, filing, referral_id)
        await _follow_up(filing, decision, referral_id, tx)


async def _waiting(tx: Tx, submission_id: UUID, state: State) -> tuple[Recorded, Filing]:
    """A submission that waits in `state`, its person locked. Raises Problem for any other."""
    found = await store.filing_held(tx, submission_id)
    if found is None:
        raise no_such_submission()
    recorded, filing = found
    if filing is None:
        raise Problem(
            status=410,
            code="person-erased",
            title="The person of this submission was erased",
            remedy="Nothing more can be decided about it; a new submission begins anew.",
        )
    if not _is_waiting(recorded, state):
        raise Problem(
            status=409,
            code=f"submission-not-{state}",
            title=f"This submission is not {state}",
            detail=f"It was {'superseded' if recorded.superseded_by else recorded.state.value}.",
            remedy="Read the submission to see what became of it.",
        )
    return recorded, filing


def no_such_submission() -> Problem:
    """The answer to an id nobody submitted under."""
    return Problem(
        status=404,
        code="submission-not-found",
        title="There is no such submission",
        remedy="Use the submission_id of an answer.",
        field="submission_id",
    )


def _is_waiting(recorded: Recorded, state: State) -> bool:
    return recorded.state is state and recorded.superseded_by is None


async def _make_way(known: Known, filing: Filing, decision: Decision, tx: Tx) -> UUID | None:
    """Supersede a standing submission that led nowhere; otherwise the id of the one this filing repeats."""
    match known.standing, decision:
        case None, _:
            return None
        case standing, _ if gives_way(standing):
            await store.supersede(tx, standing.submission_id, by=filing.id)
            tx.no_longer(HELD_OVERDUE, str(standing.submission_id))
            return None
        case _, Linked(Because.SAME_REFERENCE, repeated):
            return repeated
        case standing, _:
            return standing.submission_id


def _new_referral(decision: Decision) -> ReferralId | None:
    return ReferralId(new_id()) if isinstance(decision, Admitted) else None


async def _follow_up(filing: Filing, decision: Decision, referral_id: ReferralId | None, tx: Tx) -> None:
    """Remember, time and announce what a decision brings with it, and answer the partner."""
    match decision:
        case Admitted():
            assert referral_id is not None  # noqa: S101  (an admission begins a referral)
            await store.open_referral(tx, filing, referral_id)
            tx.announce(announcements.admitted(filing, referral_id))
        case Linked(because, _, linked_to):
            referral_id = ReferralId(linked_to) if linked_to else None
            if referral_id is not None:
                tx.announce(announcements.linked(filing, referral_id, because))
        case Escalated():
            tx.announce(announcements.escalated(filing, decision))
        case Held():
            tx.later(HELD_OVERDUE, str(filing.id), decision.due_at)
        case Rejected():
            pass
        case _:
            assert_never(decision)
    if filing.partner is not None:
        answer = announcements.answer(filing, filing.partner, decision, referral_id, tx.record)
        tx.announce(answer, partner=filing.partner)
