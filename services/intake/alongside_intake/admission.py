"""The way of a submission over intake's desk, whichever door it comes through: load, decide, record, announce."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_contracts.ids import ReferralId, SubmissionId, new_id
from alongside_contracts.intake import Submission
from alongside_intake import announcements, store
from alongside_intake.domain.decide import (
    Admitted,
    Escalated,
    Held,
    Linked,
    Rejected,
    decide,
    overdue,
)
from alongside_intake.domain.facts import Known, Policies, State
from alongside_intake.filing import Filing, Recorded, Sent, facts_of
from alongside_intake.ledger import Decided, Ledger, placed

HELD_OVERDUE: Final = "held-overdue"
"""The timer of a held submission: when it fires, a coordinator is asked."""

Completion = Callable[[Submission], Submission]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where submissions are decided; `policies` are the regions' own."""

    policies: Policies

    async def receive(self, sent: Sequence[Sent], tx: Tx) -> list[Decided]:
        """Decide submissions never seen before and record them, in order; to tell is left to the caller.

        1 lock the people and the references; 2 look up what is known of both; 3 decide each in its turn; 4 record.
        """
        filings = await _file(sent, tx)  # 1
        ledger = await store.ledger_of(tx, filings)  # 2
        decided = [self._decide_in_turn(filing, ledger, tx.now) for filing in filings]  # 3
        await store.record(tx, decided)  # 4
        return decided

    async def complete(self, submission_id: UUID, completion: Completion, tx: Tx) -> None:
        """Add what a held submission lacked and decide it again. Raises HttpProblem when it is not held."""
        _, filing = await _waiting(tx, submission_id, State.HELD)
        sent = replace(filing.sent, submission=completion(filing.submission))
        await self._decide_again(replace(filing, sent=sent), tx)

    async def clear(self, submission_id: UUID, *, coordinator: str, reason: str, tx: Tx) -> None:
        """Let an escalated submission go on, on a coordinator's word. Raises HttpProblem when it is not escalated.

        While another alarm of the same reference rings, the first stays: what it waits for is not over.
        """
        recorded, filing = await _waiting(tx, submission_id, State.ESCALATED)
        others = (await store.ledger_of(tx, [filing])).known(filing).alarms
        if others and recorded.repeats is None:
            raise HttpProblem(
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
        tx.set_timer(HELD_OVERDUE, str(submission_id), due_at)

    def _decide_in_turn(self, filing: Filing, ledger: Ledger, now: datetime) -> Decided:
        known = ledger.known(filing)
        decided = placed(self._decide(filing, known, now), known)
        ledger.enter(decided)
        return decided

    async def _decide_again(self, filing: Filing, tx: Tx) -> None:
        ledger = await store.ledger_of(tx, [filing])
        decided = self._decide(filing, ledger.known(filing), tx.now)
        tx.cancel_timer(HELD_OVERDUE, str(filing.id))
        await store.decide_again(tx, decided)
        tell(decided, tx)

    def _decide(self, filing: Filing, known: Known, now: datetime) -> Decided:
        decision = decide(facts_of(filing.submission), self.policies, known, now, cleared=filing.cleared)
        return Decided(filing, decision, ReferralId(new_id()) if isinstance(decision, Admitted) else None)


async def _file(sent: Sequence[Sent], tx: Tx) -> list[Filing]:
    """Lock what two submissions could disagree about: first all people, then all references, each in one order."""
    people = await store.people_held(tx, {one.person for one in sent})
    await store.hold_references(tx, {one.place for one in sent})
    return [Filing(SubmissionId(new_id()), people[one.person], one) for one in sent]


async def _waiting(tx: Tx, submission_id: UUID, state: State) -> tuple[Recorded, Filing]:
    """A submission that waits in `state`, its person locked. Raises HttpProblem for any other."""
    found = await store.filing_held(tx, submission_id)
    if found is None:
        raise no_such_submission()
    recorded, filing = found
    if filing is None:
        raise HttpProblem(
            status=410,
            code="person-erased",
            title="The person of this submission was erased",
            remedy="Nothing more can be decided about it; a new submission begins anew.",
        )
    if not _is_waiting(recorded, state):
        raise HttpProblem(
            status=409,
            code=f"submission-not-{state}",
            title=f"This submission is not {state}",
            detail=f"It was {'superseded' if recorded.superseded_by else recorded.state.value}.",
            remedy="Read the submission to see what became of it.",
        )
    return recorded, filing


def no_such_submission() -> HttpProblem:
    """The answer to an id nobody submitted under."""
    return HttpProblem(
        status=404,
        code="submission-not-found",
        title="There is no such submission",
        remedy="Use the submission_id of an answer.",
        field="submission_id",
    )


def _is_waiting(recorded: Recorded, state: State) -> bool:
    return recorded.state is state and recorded.superseded_by is None


def tell(decided: Decided, tx: Tx) -> None:
    """Announce and time what a recorded decision brings with it, and answer the partner."""
    filing, decision = decided.filing, decided.decision
    if decided.supersedes is not None:
        tx.cancel_timer(HELD_OVERDUE, str(decided.supersedes))
    match decision:
        case Admitted():
            assert decided.opens is not None  # noqa: S101  (an admission begins a referral)
            tx.announce(announcements.admitted(filing, decided.opens))
        case Linked(because) if decided.referral_id is not None:
            tx.announce(announcements.linked(filing, decided.referral_id, because))
        case Escalated():
            tx.announce(announcements.escalated(filing, decision))
        case Held():
            tx.set_timer(HELD_OVERDUE, str(filing.id), decision.due_at)
        case Linked() | Rejected():
            pass
        case _:
            assert_never(decision)
    if filing.partner is not None:
        answer = announcements.answer(filing, filing.partner, decision, decided.referral_id, tx.record)
        tx.announce(answer, partner=filing.partner)
