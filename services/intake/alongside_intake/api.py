"""Intake's HTTP API: parse, call, answer. Rules are in domain/, the application service in submissions/service.py."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from alongside_chassis.announce import Tx
from alongside_chassis.http import (
    PAGE_MAX,
    APIRouter,
    Command,
    Page,
    Read,
    decode_id_cursor,
    encode_cursor,
    refuses_with,
)
from alongside_contracts.intake import Submission
from alongside_intake import store
from alongside_intake.danger.api import danger_first_route, risk_words_router, things_of
from alongside_intake.domain.facts import SELF, Policies, State
from alongside_intake.people.api import partners_router, people_router
from alongside_intake.people.contact_routes_api import contact_routes_router
from alongside_intake.people.erasure import Erasure
from alongside_intake.people.route_check import route_check_router
from alongside_intake.submissions.record import ReceivedSubmission, StoredSubmission, identity_of
from alongside_intake.submissions.service import SubmissionService, announce_decision, submission_not_found
from alongside_intake.submissions.statements import Statements
from alongside_intake.views import (
    ClearCommand,
    ConsentCommand,
    CrisisResourceView,
    ProblemView,
    RegionView,
    SubmissionView,
    WithdrawalCommand,
    WithdrawalView,
)

SubmissionPath = Annotated[UUID, Path(description="The submission_id of an answer.")]


def intake_router(submissions: SubmissionService, erasure: Erasure) -> APIRouter:
    """Return every route of intake."""
    vault = erasure.vault
    router = APIRouter()
    router.include_router(commands_router(submissions))
    router.include_router(queries_router(submissions.policies))
    router.include_router(risk_words_router(submissions.danger))
    router.include_router(regions_router(submissions.policies))
    router.include_router(partners_router(submissions.policies, vault))
    router.include_router(people_router(submissions.policies.codes, erasure))
    router.include_router(route_check_router(vault))
    router.include_router(contact_routes_router(vault))
    return router


def commands_router(submissions: SubmissionService) -> APIRouter:
    """Return the routes that submit, complete a held submission, take one back and clear an escalated one."""
    router = APIRouter(
        prefix="/submissions",
        tags=["submissions"],
        route_class=danger_first_route(submissions.danger),
    )
    statements = Statements(submissions)
    _add_submit(router, submissions)
    _add_consent(router, submissions, statements)
    _add_withdraw(router, submissions.policies, statements)
    _add_clear(router, submissions)
    return router


def _add_submit(router: APIRouter, submissions: SubmissionService) -> None:
    @router.post("/", status_code=201, response_model=SubmissionView, include_in_schema=False)
    @router.post("", status_code=201, response_model=SubmissionView)
    async def submit_referral(submission: Submission, command: Command) -> Response:
        """Submit a referral. It is decided at once; the status is 201 whatever the decision."""

        identity = identity_of(submission, None, submissions.policies.codes)
        said_more = await submissions.danger.read_more(command.body, submission)

        async def work(tx: Tx) -> SubmissionView:
            received = ReceivedSubmission(submission, identity, said_more=said_more)
            (decided,) = await submissions.receive([received], tx)
            announce_decision(decided, tx)
            return await _load_view(tx, decided.submission.id, submissions.policies)

        about = things_of(
            (SELF, submission.person_reference) if identity.finds_person else None,
            (SELF, submission.reference) if "reference" not in identity.placeholders else None,
        )
        return await command.run(work, status=201, about=about)


def _add_consent(router: APIRouter, submissions: SubmissionService, statements: Statements) -> None:
    @router.post("/{submission_id}/consent", response_model=SubmissionView, responses=refuses_with(409, 410))
    async def state_consent(
        submission_id: SubmissionPath, body: ConsentCommand, command: Command
    ) -> Response:
        """State what the person consents to now, or add what a held submission lacks. A held one is decided again.

        Of a submission whose referral runs, a consent record is a repeat that says nothing else; the answer is the repeat.
        """

        async def work(tx: Tx) -> SubmissionView:
            stored = await store.find_submission(tx.conn, submission_id)
            if stored is not None and body.is_consent_alone and stored.is_decided:
                assert body.consent is not None  # noqa: S101  (it is a consent alone)
                stated = await statements.state_consent(submission_id, body.consent, tx, cause=None)
                return await _load_view(tx, stated, submissions.policies)
            await submissions.complete(submission_id, body.added_to, tx)
            return await _load_view(tx, submission_id, submissions.policies)

        return await command.run(work)


def _add_withdraw(router: APIRouter, policies: Policies, statements: Statements) -> None:
    @router.post(
        "/{submission_id}/withdrawal", response_model=WithdrawalView, responses=refuses_with(409, 410)
    )
    async def withdraw_submission(
        submission_id: SubmissionPath, body: WithdrawalCommand, command: Command
    ) -> Response:
        """Take a submission back; its referral is cancelled. While a risk is not cleared, it is taken back afterwards."""

        async def work(tx: Tx) -> WithdrawalView:
            withdrawal = await statements.withdraw(submission_id, body.reason, tx)
            problems = [ProblemView(**problem.model_dump()) for problem in withdrawal.problems]
            view = await _load_view(tx, submission_id, policies)
            return WithdrawalView(outcome=withdrawal.answer, problems=problems, submission=view)

        return await command.run(work)


def _add_clear(router: APIRouter, submissions: SubmissionService) -> None:
    @router.post("/{submission_id}/clear", response_model=SubmissionView, responses=refuses_with(409, 410))
    async def clear_submission(
        submission_id: SubmissionPath, body: ClearCommand, command: Command
    ) -> Response:
        """Clear the risks of an escalated submission; it is decided again as if no risk had been flagged."""

        async def work(tx: Tx) -> SubmissionView:
            await submissions.clear(submission_id, coordinator=body.coordinator, reason=body.reason, tx=tx)
            return await _load_view(tx, submission_id, submissions.policies)

        return await command.run(work)


def queries_router(policies: Policies) -> APIRouter:
    """Return the routes that read submissions and their decisions."""
    router = APIRouter(prefix="/submissions", tags=["submissions"])

    @router.get("")
    async def list_submissions(
        read: Read,
        state: State | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Page[SubmissionView]:
        """List submissions that were not superseded, newest first.

        `state=held` and `state=escalated` select the submissions that wait for a person to act.
        """
        before = decode_id_cursor(cursor)
        rows = await store.list_submissions(read.conn, state=state, before=before, limit=limit)
        next_cursor = encode_cursor(str(rows[-1].id)) if len(rows) == limit else None
        return Page(items=[_view(row, policies) for row in rows], next_cursor=next_cursor)

    @router.get("/{submission_id}")
    async def get_submission(submission_id: SubmissionPath, read: Read) -> SubmissionView:
        """Show one submission and its decision."""
        stored = await store.find_submission(read.conn, submission_id)
        if stored is None:
            raise submission_not_found()
        return _view(stored, policies)

    return router


def regions_router(policies: Policies) -> APIRouter:
    """Return the route that lists the regions."""
    router = APIRouter(tags=["regions"])

    @router.get("/regions")
    async def list_regions() -> Page[RegionView]:
        """List every region of the network, by id."""
        return Page(items=[RegionView.of(policies.regions[region]) for region in sorted(policies.regions)])

    return router


async def _load_view(tx: Tx, submission_id: UUID, policies: Policies) -> SubmissionView:
    stored = await store.find_submission(tx.conn, submission_id)
    assert stored is not None  # noqa: S101  (written in this transaction)
    return _view(stored, policies)


def _view(submission: StoredSubmission, policies: Policies) -> SubmissionView:
    """Return a submission as the API shows it, with crisis lines while a person may be in danger."""
    resources = policies.of(submission.region).crisis_resources if submission.has_open_escalation else ()
    return SubmissionView(
        submission_id=submission.id,
        decision=submission.state,
        partner=submission.partner,
        reference=submission.reference,
        person_id=submission.person_id,
        region=submission.region,
        setting=submission.setting,
        problems=[ProblemView.model_validate(problem) for problem in submission.problems],
        suggestions=submission.suggestions,
        risks=submission.risks,
        crisis_resources=[CrisisResourceView.of(resource) for resource in resources],
        linked_because=submission.because,
        referral_id=submission.referral_id,
        repeats=submission.repeats,
        superseded_by=submission.superseded_by,
        next_actor=submission.next_actor,
        due_at=submission.due_at,
        cleared_by=submission.cleared_by,
        cleared_at=submission.cleared_at,
        received_at=submission.received_at,
        decided_at=submission.decided_at,
        is_read=submission.is_read,
    )
