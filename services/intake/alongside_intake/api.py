"""Intake's HTTP door: parse, call, answer. The rules are in domain/, the work on a submission in admission.py."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from alongside_chassis.announce import Tx
from alongside_chassis.http import PAGE_MAX, Command, Page, Read, decode_id_cursor, encode_cursor
from alongside_contracts.intake import Submission
from alongside_intake import store
from alongside_intake.admission import Desk, no_such_submission, tell
from alongside_intake.domain.facts import Policies, State
from alongside_intake.filing import Recorded, Sent
from alongside_intake.people.api import partners_router, people_router
from alongside_intake.people.contact_routes_api import contact_routes_router
from alongside_intake.people.vault import Vault
from alongside_intake.views import (
    ClearCommand,
    ConsentCommand,
    CrisisResourceView,
    ProblemView,
    RegionView,
    SubmissionView,
)

REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    404: {"description": "No such submission (problem+json)"},
    409: {"description": "Not in the state this needs (problem+json)"},
    410: {"description": "The person was erased (problem+json)"},
    422: {"description": "Fields that cannot be accepted, each with its remedy (problem+json)"},
}
SubmissionPath = Annotated[UUID, Path(description="The submission_id of an answer.")]


def intake_router(desk: Desk, vault: Vault) -> APIRouter:
    """Everything intake offers over HTTP."""
    router = APIRouter()
    router.include_router(deciding_router(desk))
    router.include_router(reading_router(desk.policies))
    router.include_router(regions_router(desk.policies))
    router.include_router(partners_router(desk.policies, vault))
    router.include_router(people_router(vault))
    router.include_router(contact_routes_router(vault))
    return router


def deciding_router(desk: Desk) -> APIRouter:
    """Submitting for oneself or as a coordinator, completing what is held, clearing what was escalated."""
    router = APIRouter(prefix="/submissions", tags=["submissions"], responses={422: REFUSALS[422]})

    @router.post("", status_code=201, response_model=SubmissionView)
    async def submit(submission: Submission, command: Command) -> Response:
        """Submit a referral. Every submission is decided at once; 201 says so, whatever the decision."""

        async def work(tx: Tx) -> SubmissionView:
            (decided,) = await desk.receive([Sent(submission)], tx)
            tell(decided, tx)
            return await _told(tx, decided.filing.id, desk.policies)

        return await command.run(work, status=201)

    @router.post("/{submission_id}/consent", response_model=SubmissionView, responses=REFUSALS)
    async def consent(submission_id: SubmissionPath, given: ConsentCommand, command: Command) -> Response:
        """Add the consent a held submission lacks; it is decided again."""

        async def work(tx: Tx) -> SubmissionView:
            await desk.complete(submission_id, given.added_to, tx)
            return await _told(tx, submission_id, desk.policies)

        return await command.run(work)

    @router.post("/{submission_id}/clear", response_model=SubmissionView, responses=REFUSALS)
    async def clear(submission_id: SubmissionPath, cleared: ClearCommand, command: Command) -> Response:
        """Let an escalated submission go on; it is decided as if no risk had been flagged."""

        async def work(tx: Tx) -> SubmissionView:
            await desk.clear(submission_id, coordinator=cleared.coordinator, reason=cleared.reason, tx=tx)
            return await _told(tx, submission_id, desk.policies)

        return await command.run(work)

    return router


def reading_router(policies: Policies) -> APIRouter:
    """Looking at submissions and what became of them."""
    router = APIRouter(prefix="/submissions", tags=["submissions"])

    @router.get("")
    async def listing(
        read: Read,
        state: State | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Page[SubmissionView]:
        """Submissions that stand, newest first; `state=held` and `state=escalated` are what waits for somebody."""
        rows = await store.newest(read.conn, state=state, before=decode_id_cursor(cursor), limit=limit)
        following = encode_cursor(str(rows[-1].id)) if len(rows) == limit else None
        return Page(items=[_view(row, policies) for row in rows], next_cursor=following)

    @router.get("/{submission_id}", responses={404: REFUSALS[404]})
    async def one(submission_id: SubmissionPath, read: Read) -> SubmissionView:
        """One submission and its decision."""
        found = await store.recorded(read.conn, submission_id)
        if found is None:
            raise no_such_submission()
        return _view(found, policies)

    return router


def regions_router(policies: Policies) -> APIRouter:
    """The regions that can be submitted to."""
    router = APIRouter(tags=["regions"])

    @router.get("/regions")
    async def regions() -> Page[RegionView]:
        """Every region of the network, by id."""
        return Page(items=[RegionView.of(policies.regions[region]) for region in sorted(policies.regions)])

    return router


async def _told(tx: Tx, submission_id: UUID, policies: Policies) -> SubmissionView:
    found = await store.recorded(tx.conn, submission_id)
    assert found is not None  # noqa: S101  (written in this transaction)
    return _view(found, policies)


def _view(recorded: Recorded, policies: Policies) -> SubmissionView:
    """A submission as it may be shown; whoever is in danger sees at once where help is."""
    helps = policies.of(recorded.region).crisis_resources if recorded.rings else ()
    return SubmissionView(
        submission_id=recorded.id,
        decision=recorded.state,
        partner=recorded.partner,
        reference=recorded.reference,
        person_id=recorded.person_id,
        region=recorded.region,
        setting=recorded.setting,
        problems=[ProblemView.model_validate(found) for found in recorded.problems],
        suggestions=recorded.suggestions,
        risks=recorded.risks,
        crisis_resources=[CrisisResourceView.of(resource) for resource in helps],
        linked_because=recorded.because,
        referral_id=recorded.referral_id,
        repeats=recorded.repeats,
        superseded_by=recorded.superseded_by,
        next_actor=recorded.next_actor,
        due_at=recorded.due_at,
        cleared_by=recorded.cleared_by,
        cleared_at=recorded.cleared_at,
        received_at=recorded.received_at,
        decided_at=recorded.decided_at,
    )
