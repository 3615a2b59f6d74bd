"""Building blocks of HTTP APIs: commands in one transaction each, reads, cursor pages, problem+json for every refusal."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar
from uuid import UUID

import asyncpg
import orjson
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import idempotency
from alongside_chassis.http.idempotency import StoredResponse
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_chassis.strict_json import check_strict_json
from alongside_contracts.errors import MalformedEvent

PROBLEM_JSON: Final = "application/problem+json"
COMMAND_ATTEMPTS_MAX: Final = 5
PAGE_MAX: Final = 200
UNAVAILABLE_RETRY_SECONDS: Final = 1
_FIELD_REMEDIES: Final = {
    "missing": "Send this field.",
    "extra_forbidden": "Remove this field: it is not known here.",
}

T = TypeVar("T")
Work = Callable[[Tx], Awaitable[BaseModel | None]]


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` asks for the next; null on the last page."""

    items: Sequence[T]
    next_cursor: str | None = None


def encode_cursor(*parts: str) -> str:
    """Build an opaque cursor from the sort values of the last item shown."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def decode_cursor(cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """Return the sort values of a cursor; None for the first page. Raises HttpProblem for any other text."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != parts or not all(isinstance(v, str) for v in values):
        raise bad_cursor()
    return tuple(values)


def decode_id_cursor(cursor: str | None) -> UUID | None:
    """Return the id of a cursor; None for the first page. Raises HttpProblem for any other text."""
    values = decode_cursor(cursor, 1)
    if values is None:
        return None
    try:
        return UUID(values[0])
    except ValueError:
        raise bad_cursor() from None


def bad_cursor() -> HttpProblem:
    """Build the refusal of a cursor that this API did not issue."""
    return HttpProblem(
        status=422,
        code="bad-cursor",
        title="This API did not issue this cursor",
        remedy="Start again without a cursor, then follow next_cursor.",
        field="cursor",
    )


class CommandRunner:
    """Runs one command: a transaction around `work`, with its answer stored under the Idempotency-Key, if one was sent."""

    def __init__(self, request: Request, runtime: Runtime, body: bytes) -> None:
        self._request, self._runtime, self.body = request, runtime, body

    async def run(self, work: Work, *, status: int = 200) -> Response:
        """Do the work once and answer with its result (204 for None).

        A lost race with another transaction is retried. Raises HttpProblem, and every error of `work`; then nothing is
        stored.
        """
        for attempt in range(1, COMMAND_ATTEMPTS_MAX + 1):
            try:
                return await self._attempt(work, status)
            except asyncpg.PostgresError as error:
                if verdict_on(error) is not Verdict.RETRY or attempt == COMMAND_ATTEMPTS_MAX:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _attempt(self, work: Work, status: int) -> Response:
        key = self._key()
        async with self._runtime.transaction() as tx:
            if key is not None:
                url = self._request.url
                request = idempotency.digest(self._request.method, f"{url.path}?{url.query}", self.body)
                stored = await idempotency.claim(tx.conn, key, request)
                if stored is not None:
                    return _response(stored, replayed=True)
            result = await work(tx)
            answer = (
                StoredResponse(204, b"")
                if result is None
                else StoredResponse(status, result.model_dump_json().encode())
            )
            if key is not None:
                await idempotency.store(tx.conn, key, answer)
        return _response(answer, replayed=False)

    def _key(self) -> str | None:
        key = self._request.headers.get("idempotency-key")
        if key is not None and not 1 <= len(key) <= idempotency.KEY_CHARS_MAX:
            raise HttpProblem(
                status=422,
                code="bad-idempotency-key",
                title="The Idempotency-Key is empty or too long",
                remedy=f"Send 1 to {idempotency.KEY_CHARS_MAX} characters, for example a UUID.",
                field="Idempotency-Key",
            )
        return key


def _response(answer: StoredResponse, *, replayed: bool) -> Response:
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    return Response(
        answer.body, answer.status, headers, media_type="application/json" if answer.body else None
    )


class Reader:
    """A read-only connection for one request."""

    def __init__(self, conn: asyncpg.Connection, runtime: Runtime) -> None:
        self.conn, self.runtime = conn, runtime


def runtime_of(request: Request) -> Runtime:
    """Return the running service that handles a request."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _command(request: Request, runtime: Annotated[Runtime, Depends(runtime_of)]) -> CommandRunner:
    body = await request.body()
    if _is_json(request):
        _check_json(body)
    return CommandRunner(request, runtime, body)


def _is_json(request: Request) -> bool:
    """Return whether FastAPI reads the body as JSON."""
    return (
        request.headers.get("content-type", "application/json")
        .partition(";")[0]
        .strip()
        .lower()
        .endswith("json")
    )


def _check_json(body: bytes) -> None:
    """Raise HttpProblem for JSON that may not come in, such as a field given twice."""
    try:
        check_strict_json(body)
    except MalformedEvent as error:
        raise HttpProblem(
            status=422,
            code=error.code,
            title="The body is not JSON that can be accepted",
            remedy=f"{error.remedy[0].upper()}{error.remedy[1:]}.",
            field=error.where,
        ) from error


async def _read(runtime: Annotated[Runtime, Depends(runtime_of)]) -> AsyncIterator[Reader]:
    async with runtime.read() as conn:
        yield Reader(conn, runtime)


async def _service_only(request: Request, runtime: Annotated[Runtime, Depends(runtime_of)]) -> None:
    expected = runtime.settings.service_token.get_secret_value()
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise HttpProblem(
            status=401,
            code="service-token-required",
            title="This route requires the service token",
            remedy="Send the service token as a bearer token.",
            field="Authorization",
        )


Command = Annotated[CommandRunner, Depends(_command)]
Read = Annotated[Reader, Depends(_read)]
CurrentRuntime = Annotated[Runtime, Depends(runtime_of)]
ServiceOnly = Depends(_service_only)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error as problem+json."""
    for refusal in (HttpProblem, RequestValidationError, HTTPException):
        app.add_exception_handler(refusal, _on_refusal)
    app.add_exception_handler(Exception, _on_unforeseen)


def problem_response(problem: HttpProblem) -> Response:
    """Build the HTTP answer for a problem."""
    seconds = problem.retry_after_seconds
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    return Response(orjson.dumps(problem.body()), problem.status, headers, media_type=PROBLEM_JSON)


def problem_of(error: HttpProblem | RequestValidationError | HTTPException) -> HttpProblem:
    """Return a refusal as the problem with which it is answered."""
    match error:
        case HttpProblem():
            return error
        case RequestValidationError():
            return _invalid(error)
        case HTTPException():
            return _http(error)


def too_large(bytes_max: int) -> HttpProblem:
    """Build the refusal of a body over `bytes_max`."""
    return HttpProblem(
        status=413,
        code="too-large",
        title="The body is too large",
        remedy=f"Send at most {bytes_max} bytes.",
        field="body",
    )


async def _on_refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem | RequestValidationError | HTTPException)  # noqa: S101  (what it was registered for)
    return problem_response(problem_of(error))


def _invalid(error: RequestValidationError) -> HttpProblem:
    """Name every wrong field and its remedy, but never the value that was sent."""
    errors: list[dict[str, Any]] = [
        {
            "where": ".".join(str(part) for part in item["loc"]),
            "problem": item["type"],
            "remedy": _field_remedy(item),
        }
        for item in causes_of(error.errors())
    ]
    first = errors[0] if errors else {"where": None, "remedy": ""}
    return HttpProblem(
        status=422,
        code="invalid-request",
        title="The request has invalid fields",
        detail=f"Invalid fields: {len(errors)}.",
        remedy=str(first["remedy"]),
        field=first["where"],
        extra={"errors": errors},
    )


def causes_of(errors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out that a list is too short when items of it were refused: pydantic counts only the others."""
    refused = {tuple(item["loc"][:-1]) for item in errors}
    return [item for item in errors if item["type"] != "too_short" or tuple(item["loc"]) not in refused]


def _field_remedy(error: Mapping[str, Any]) -> str:
    """Say what to do about one error of pydantic's, without its Python words."""
    known = _FIELD_REMEDIES.get(error["type"])
    return known or str(error["msg"]).removeprefix("Value error, ").replace("Tuple should", "List should")


def _http(error: HTTPException) -> HttpProblem:
    code = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(
        error.status_code, "http-error"
    )
    remedy = "See /docs for what this service offers." if error.status_code in (404, 405) else ""
    return HttpProblem(status=error.status_code, code=code, title=str(error.detail), remedy=remedy)


async def _on_unforeseen(request: Request, error: Exception) -> Response:
    """Answer 503 for an error of the environment, which is worth a retry, and 500 for a bug. Neither shows internals."""
    runtime = runtime_of(request)
    route = getattr(request.scope.get("route"), "path", "unmatched")
    runtime.dependencies.log.error("http-failed", route=route, exc=error)
    if verdict_on(error) in (Verdict.WAIT, Verdict.RETRY):
        return problem_response(
            HttpProblem(
                status=503,
                code="try-again",
                title="A database or broker this service needs is unavailable",
                remedy="Try again in a moment.",
                retry_after_seconds=UNAVAILABLE_RETRY_SECONDS,
            )
        )
    return problem_response(
        HttpProblem(
            status=500,
            code="our-fault",
            title="An internal error occurred",
            remedy="Try again; if it fails again, report it to the operators of this service.",
        )
    )
