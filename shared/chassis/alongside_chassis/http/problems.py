"""Answers every refusal and every error as problem+json (RFC 9457): what is wrong, where, and what to do about it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http.dependencies import runtime_of
from alongside_contracts.errors import WHERE_CHARS_MAX

PROBLEM_JSON: Final = "application/problem+json"
UNAVAILABLE_RETRY_SECONDS: Final = 1
ERRORS_MAX: Final = 20
"""The most errors a problem lists: a sender of thousands of wrong fields is helped by the first ones."""
_FIELD_REMEDIES: Final = {
    "missing": "Send this field.",
    "extra_forbidden": "Remove this field: it is not known here.",
}


class RefusedWhileReading(HTTPException):
    """Carries a problem through FastAPI, which answers 400 for any other error that comes while it reads a body."""

    def __init__(self, problem: HttpProblem) -> None:
        super().__init__(problem.status, problem.title)
        self.problem = problem


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
        case RefusedWhileReading():
            return error.problem
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


def broken_off() -> HttpProblem:
    """Build the refusal of a body that has no end because its client went away; it is recorded, nobody reads it."""
    return HttpProblem(
        status=408,
        code="broken-off",
        title="The body of the request broke off",
        remedy="Send the whole request again.",
        field="body",
    )


async def _on_refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HttpProblem | RequestValidationError | HTTPException)  # noqa: S101  (what it was registered for)
    return problem_response(problem_of(error))


def _invalid(error: RequestValidationError) -> HttpProblem:
    """Name every wrong field and its remedy, but never the value that was sent."""
    causes = causes_of(error.errors())
    errors = [_field_error(cause) for cause in causes[:ERRORS_MAX]]
    first = errors[0] if errors else {"where": None, "remedy": ""}
    more = len(causes) - len(errors)
    return HttpProblem(
        status=422,
        code="invalid-request",
        title="The request has invalid fields",
        detail=f"Invalid fields: {len(causes)}." + (f" The first {ERRORS_MAX} are listed." if more else ""),
        remedy=str(first["remedy"]),
        field=first["where"],
        extra={"errors": errors} | ({"errors_more": more} if more else {}),
    )


def _field_error(cause: Mapping[str, Any]) -> dict[str, Any]:
    where = ".".join(str(part) for part in cause["loc"])
    return {"where": where[:WHERE_CHARS_MAX], "problem": cause["type"], "remedy": _field_remedy(cause)}


def causes_of(errors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Leave out that a list is too short when something in it was refused: pydantic counts only the other items."""
    refused = {tuple(item["loc"][:depth]) for item in errors for depth in range(len(item["loc"]))}
    return [item for item in errors if item["type"] != "too_short" or tuple(item["loc"]) not in refused]


def _field_remedy(error: Mapping[str, Any]) -> str:
    """Say what to do about one error of pydantic's, without its Python words."""
    known = _FIELD_REMEDIES.get(error["type"])
    return known or str(error["msg"]).removeprefix("Value error, ").replace("Tuple should", "List should")


def _http(error: HTTPException) -> HttpProblem:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return _unreadable()
    code = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}.get(
        error.status_code, "http-error"
    )
    remedy = "Compare method and path with the documentation of this service."
    return HttpProblem(status=error.status_code, code=code, title=str(error.detail), remedy=remedy)


def _unreadable() -> HttpProblem:
    """Build the refusal of a body that FastAPI cannot read as text; it answers 400 to nothing else."""
    return HttpProblem(
        status=422,
        code="unreadable-body",
        title="The body is not text that can be read",
        remedy="Send JSON in UTF-8.",
        field="body",
    )


async def _on_unforeseen(request: Request, error: Exception) -> Response:
    return problem_response(unforeseen_problem(request, error))


def unforeseen_problem(request: Request, error: Exception) -> HttpProblem:
    """Log an error that is no refusal, and return the problem it is answered with, by the policy of `consume/delivery.py`.

    422 for a value that cannot be stored, 503 for an error of the environment, which is worth a retry, 500 for a bug. None
    shows internals.
    """
    runtime = runtime_of(request)
    route = getattr(request.scope.get("route"), "path_format", "unmatched")
    log = runtime.dependencies.log
    match verdict_on(error):
        case Verdict.REFUSE:
            log.warning("http-failed", route=route, exc=error)
            return _unstorable(error)
        case Verdict.WAIT | Verdict.RETRY:
            log.error("http-failed", route=route, exc=error)
            return _unavailable()
        case _:
            log.error("http-failed", route=route, exc=error)
            return _our_fault()


def _unstorable(error: Exception) -> HttpProblem:
    """Build the refusal of a value that the database refused; it names the column, if the database does."""
    where = getattr(error, "column_name", None) or getattr(error, "constraint_name", None) or "request"
    return HttpProblem(
        status=422,
        code="value-not-storable",
        title="A value of the request cannot be stored or searched for",
        remedy="Send texts without control characters, and numbers and times of a usual size.",
        field=where,
    )


def _unavailable() -> HttpProblem:
    return HttpProblem(
        status=503,
        code="try-again",
        title="A database or broker this service needs is unavailable",
        remedy="Try again in a moment.",
        retry_after_seconds=UNAVAILABLE_RETRY_SECONDS,
    )


def _our_fault() -> HttpProblem:
    return HttpProblem(
        status=500,
        code="our-fault",
        title="An internal error occurred",
        remedy="Try again; if it fails again, report it to the operators of this service.",
    )
