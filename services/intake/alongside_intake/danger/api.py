"""The HTTP door hears a danger in what it refuses, and shows what was said to who acknowledges it."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Path, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Scope

from alongside_chassis.errors import HttpProblem, LineIsFull
from alongside_chassis.http import (
    WAITS_ITS_TURN,
    APIRouter,
    Read,
    ServiceOnly,
    StrictRoute,
    broken_off,
    problem_of,
    runtime_of,
    too_large,
    unforeseen_problem,
)
from alongside_contracts.partner import Problem
from alongside_intake import store as submissions_store
from alongside_intake.danger.hearing import DangerHearing, ReportedDanger
from alongside_intake.danger.reading import Danger
from alongside_intake.submissions.record import ExternalRef
from alongside_intake.submissions.service import submission_not_found
from alongside_intake.views import CrisisResourceView

REFUSALS: Final = (RequestValidationError, HTTPException, HttpProblem)
"""The errors with which a request is refused; every other one is ours or the database's."""
PROBLEM_MEMBERS: Final[Mapping[str, dict[str, Any]]] = {
    "escalated_as": {
        "type": "string",
        "format": "uuid",
        "description": "When the refused request told of a danger: the submission under which it was escalated.",
    },
    "crisis_resources": {
        "type": "array",
        "items": {"$ref": "#/components/schemas/CrisisResourceView"},
        "description": "Whom to call, beside `escalated_as`.",
    },
}
"""What is added to a problem when a danger was in the request, as JSON Schema."""
RouteHandler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


class RiskWordsView(BaseModel):
    """What a sender said about risks in words that are no codes. It may identify a person."""

    submission_id: UUID
    words: tuple[str, ...]


def danger_first_route(hearing: DangerHearing) -> type[StrictRoute]:
    """Return the class of routes that escalate a danger in a request before they refuse the request."""

    class DangerFirstRoute(StrictRoute):
        def get_route_handler(self) -> RouteHandler:
            answer = super().get_route_handler()

            async def hear_before_refusing(request: Request) -> Response:
                body, refused = await _read_body(request)
                try:
                    return await _answer_whole(answer, request.scope, body, refused, hearing)
                except REFUSALS as error:
                    raise await _with_crisis_lines(problem_of(error), body, request, hearing) from error
                except Exception as error:
                    problem = unforeseen_problem(request, error)
                    raise await _with_crisis_lines(problem, body, request, hearing) from error

            return hear_before_refusing

    return DangerFirstRoute


def things_of(*refs: ExternalRef | None) -> list[str]:
    """Return what a submission at the HTTP door locks, as requests that wait for each other name it (`Turns`).

    A reference that leads to nobody is None: strangers who use the same one do not wait for each other.
    """
    return ["/".join(ref) for ref in refs if ref is not None]


def risk_words_router(hearing: DangerHearing) -> APIRouter:
    """Return the route that shows the sealed words of an escalation; it needs the service token."""
    router = APIRouter(prefix="/submissions", tags=["submissions"], dependencies=[ServiceOnly])

    @router.get("/{submission_id}/risk-words")
    async def get_risk_words(
        submission_id: Annotated[UUID, Path(description="The submission_id of an escalation.")],
        read: Read,
        response: Response,
    ) -> RiskWordsView:
        """Show what the sender said about risks in words that are no codes, to who acknowledges the escalation."""
        if await submissions_store.find_submission(read.conn, submission_id) is None:
            raise submission_not_found()
        response.headers["Cache-Control"] = "no-store"
        words = await hearing.words.open(read.conn, [submission_id])
        return RiskWordsView(submission_id=submission_id, words=words.get(submission_id, ()))

    return router


async def _answer_whole(
    answer: RouteHandler, scope: Scope, body: bytes, refused: Exception | None, hearing: DangerHearing
) -> Response:
    if refused is not None:
        raise refused
    return await _answer_in_turn(answer, scope, body, hearing)


async def _answer_in_turn(
    answer: RouteHandler, scope: Scope, body: bytes, hearing: DangerHearing
) -> Response:
    """Answer a request; one with a danger waits for its turn, however many others wait for the same person."""
    try:
        return await answer(Request(scope, _replay(body)))
    except LineIsFull:
        if await hearing.read(body) is None:
            raise
    return await answer(Request({**scope, WAITS_ITS_TURN: True}, _replay(body)))


async def _with_crisis_lines(
    problem: HttpProblem, body: bytes, request: Request, hearing: DangerHearing
) -> HttpProblem:
    """Return the refusal, with the crisis lines if there was a danger in the request, which is escalated first.

    Where it cannot be escalated because the database does not answer, the refusal is a 503, with the crisis lines all the same.
    """
    danger = await hearing.read(body)
    if danger is None:
        return problem
    try:
        problem.extra["escalated_as"] = str(await _escalate(problem, danger, body, request, hearing))
    except Exception as error:  # noqa: BLE001  # answered as what it is, with the crisis lines
        problem = unforeseen_problem(request, error)
    resources = hearing.policies.of(danger.region or "").crisis_resources
    problem.extra["crisis_resources"] = [
        CrisisResourceView.of(resource).model_dump() for resource in resources
    ]
    return problem


async def _escalate(
    problem: HttpProblem, danger: Danger, body: bytes, request: Request, hearing: DangerHearing
) -> UUID | None:
    refused = Problem(code=problem.code, where=(problem.field or "body")[:200], remedy=problem.remedy[:500])
    runtime, reported = runtime_of(request), ReportedDanger(danger, body, problem=refused)
    things = things_of(reported.person_ref(hearing.policies.codes), reported.ref(hearing.policies.codes))
    async with runtime.turns.with_all(things, refusable=False), runtime.transaction() as tx:
        return await hearing.hear(reported, tx)


async def _read_body(request: Request) -> tuple[bytes, HTTPException | HttpProblem | None]:
    """Return the body; or its beginning and why there is no more: it is too long or too slow, or the client has gone."""
    bytes_max, body = runtime_of(request).settings.http_body_bytes_max, bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > bytes_max:
                return bytes(body), too_large(bytes_max)
    except HTTPException as refused:
        return bytes(body), refused
    except ClientDisconnect:
        return bytes(body), broken_off()
    return bytes(body), None


def _replay(body: bytes) -> Callable[[], Coroutine[Any, Any, Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
