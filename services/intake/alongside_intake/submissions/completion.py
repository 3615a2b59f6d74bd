"""Completes a held submission: references in place of placeholders make its person, and itself, findable."""

from dataclasses import replace

from alongside_chassis.announce import Tx
from alongside_chassis.errors import HttpProblem
from alongside_contracts.codes import Codes
from alongside_contracts.intake import Submission
from alongside_intake import store
from alongside_intake.submissions.record import IdentifiedSubmission, SubmissionRecord, identity_of


async def complete(
    submission: SubmissionRecord, content: Submission, codes: Codes, tx: Tx
) -> SubmissionRecord:
    """Return the submission with its new content, and with the person and the reference this names.

    Raises HttpProblem when the new reference is another submission's. The person is locked after the submission, in the
    other order than for a new submission: PostgreSQL ends one of two that wait for each other, and it is tried again.
    """
    identity = identity_of(content, submission.partner, codes)
    received = replace(submission.received, content=content, identity=identity)
    if identity == submission.received.identity:
        return replace(submission, received=received)
    identified = IdentifiedSubmission.of(submission.id, received)
    people = await store.lock_people(tx, {identified.person_ref})
    await store.lock_references(tx, {identified.submission_ref})
    completed = replace(
        submission,
        person_id=people[identified.person_ref],
        received=received,
        submission_ref=identified.submission_ref,
    )
    if completed.key != submission.key:
        await _refuse_used_reference(completed, tx)
    return completed


async def _refuse_used_reference(submission: SubmissionRecord, tx: Tx) -> None:
    current = (await store.load_batch_state(tx, [submission])).prior_records(submission).current
    if current is not None:
        raise HttpProblem(
            status=409,
            code="reference-in-use",
            title="Another submission has this reference",
            remedy=f"Add a reference that no other referral has, or continue with submission {current.submission_id}.",
            field="reference",
        )
