"""What is stated later about a submission that the network has: what the person consents to now, or that it is taken back."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.origin import RecordOrigin
from alongside_contracts.ids import PersonId, ReferralId, SubmissionId, new_id
from alongside_contracts.intake import Consent, Submission, SubmissionWithdrawn
from alongside_contracts.partner import Problem, SubmissionAnswered
from alongside_contracts.referrals import ReferralSucceeded
from alongside_contracts.vocabulary import Answer, ProblemCode
from alongside_intake import announcements, store
from alongside_intake.domain.facts import PROVEN, State
from alongside_intake.submissions import store as submissions_store
from alongside_intake.submissions.record import (
    ReceivedSubmission,
    StoredSubmission,
    SubmissionRecord,
    request_of,
)
from alongside_intake.submissions.service import (
    HELD_OVERDUE,
    SubmissionService,
    announce_decision,
    not_read,
    person_erased,
    submission_not_found,
)

CLEARED_FIRST: Final = Problem(
    code=ProblemCode.NOT_TAKEN_OVER,
    where="risks",
    remedy="a coordinator clears the risk first; the submission is taken back then",
)
NOTHING_RUNS: Final = Problem(
    code=ProblemCode.NOT_TAKEN_OVER, where="reference", remedy="nothing is left to take back: it has ended"
)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a withdrawal came to, and why it was not done, if it was not."""

    answer: Answer
    problems: tuple[Problem, ...] = ()
    referral_id: ReferralId | None = None


@dataclass(frozen=True, slots=True)
class Statements:
    """Handles what is stated about submissions that are decided already."""

    submissions: SubmissionService

    async def state_consent(
        self, submission_id: UUID, consent: Consent, tx: Tx, *, cause: str | None
    ) -> SubmissionId:
        """Handle a consent record as a repeat of the submission that says nothing else; return the id of the repeat.

        Raises HttpProblem for a submission that is unknown, erased or not read.
        """
        stored, submission = await self._load(tx, submission_id)
        if submission is None:
            raise not_read(stored)
        received = ReceivedSubmission(
            _restated(submission.content, consent), PROVEN, stored.partner, cause, restates=True
        )
        repeat = replace(submission, id=SubmissionId(new_id()), received=received, cleared=True)
        await store.lock_references(tx, {repeat.submission_ref})
        decided = await self.submissions.receive_identified([repeat], tx)
        announce_decision(decided[0], tx)
        return repeat.id

    async def follow_successor(self, event: ReferralSucceeded, tx: Tx) -> None:
        """Point submissions to the referral that replaces theirs, and announce of it what was said of the other in the meantime."""
        said = await submissions_store.replace_referral(tx, event.replaces, event.referral_id, event.request)
        if said is None:
            return
        sequence = 0
        if said.withdrawn_because is not None:
            await submissions_store.withdraw(
                tx, said.submission_id, because=said.withdrawn_because, state=State.WITHDRAWN
            )
            tx.announce(announcements.successor_withdrawn(event, said.submission_id, said.withdrawn_because))
            return
        if not said.covered and said.content.consent is not None:
            sequence += 1
            tx.announce(announcements.successor_uncovered(event, said.content.consent, sequence))
        elif request_of(said.content) != event.request:
            sequence += 1
            tx.announce(announcements.successor_amended(event, said.submission_id, said.content, sequence))
        await submissions_store.number_changes(tx, event.referral_id, sequence)

    async def withdraw(self, submission_id: UUID, reason: str, tx: Tx) -> Withdrawal:
        """Take a submission back, cancel its referral if it runs, and answer the partner.

        One that waits for a coordinator because of a risk is taken back when the risk is cleared. Raises HttpProblem for an
        unknown or erased submission.
        """
        stored, _ = await self._load(tx, submission_id)
        if stored.repeats is not None:
            stored, _ = await self._load(tx, stored.repeats)
        withdrawal = await self._withdraw(stored, reason, tx)
        if stored.partner is not None:
            tx.announce(_answer(stored, stored.partner, withdrawal, tx.record), partner=stored.partner)
        return withdrawal

    async def _load(self, tx: Tx, submission_id: UUID) -> tuple[StoredSubmission, SubmissionRecord | None]:
        """Load a submission, and lock its person. Raises HttpProblem for an unknown or erased one."""
        found = await store.lock_submission(tx, submission_id, self.submissions.policies.codes)
        if found is None:
            raise submission_not_found()
        if found[0].is_erased:
            raise person_erased()
        return found

    async def _withdraw(self, stored: StoredSubmission, reason: str, tx: Tx) -> Withdrawal:
        match stored.state:
            case State.ESCALATED:
                await submissions_store.withdraw(tx, stored.id, because=reason, state=State.ESCALATED)
                return Withdrawal(Answer.ESCALATED, (CLEARED_FIRST,))
            case State.ADMITTED:
                return await self._cancel_referral(stored, reason, tx)
            case State.LINKED | State.AMENDED if await self._has_ended(stored, tx):
                return Withdrawal(Answer.LINKED, (NOTHING_RUNS,))
            case State.HELD | State.LINKED | State.AMENDED:
                tx.cancel_timer(HELD_OVERDUE, str(stored.id))
                await submissions_store.withdraw(tx, stored.id, because=reason, state=State.WITHDRAWN)
                return Withdrawal(Answer.WITHDRAWN)
            case State.REJECTED | State.WITHDRAWN:
                return Withdrawal(Answer.LINKED, (NOTHING_RUNS,))

    async def _has_ended(self, stored: StoredSubmission, tx: Tx) -> bool:
        """Return whether the referral that a submission is linked to has ended."""
        if stored.referral_id is None:
            return False
        return not await submissions_store.is_open(tx.conn, stored.referral_id)

    async def _cancel_referral(self, stored: StoredSubmission, reason: str, tx: Tx) -> Withdrawal:
        referral_id = await submissions_store.open_referral_of(tx.conn, stored.id)
        if referral_id is None:
            await submissions_store.note_withdrawal(tx, stored.id, reason)
            return Withdrawal(Answer.LINKED, (NOTHING_RUNS,))
        await submissions_store.withdraw(tx, stored.id, because=reason, state=State.WITHDRAWN)
        tx.announce(
            SubmissionWithdrawn(
                referral_id=referral_id,
                submission_id=SubmissionId(stored.id),
                person_id=PersonId(stored.person_id),
                partner=stored.partner,
                reason=reason,
            )
        )
        return Withdrawal(Answer.WITHDRAWN, referral_id=referral_id)


def _answer(
    stored: StoredSubmission, partner: str, withdrawal: Withdrawal, source: RecordOrigin | None
) -> SubmissionAnswered:
    return SubmissionAnswered(
        partner=partner,
        reference=stored.reference,
        submission_id=SubmissionId(stored.id),
        referral_id=withdrawal.referral_id,
        answer=withdrawal.answer,
        problems=withdrawal.problems,
        origin=None if source is None else announcements.origin(source),
    )


def _restated(content: Submission, consent: Consent) -> Submission:
    """Return the submission as a repeat that states the consent alone."""
    return type(content).model_construct(_fields_set={"consent"}, **dict(content) | {"consent": consent})
