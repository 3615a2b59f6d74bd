"""Routes that read requests as strictly as the streams read records: what is said twice, or not as it should be, is refused.

FastAPI guesses the encoding of JSON, takes the last of two values, and turns texts into numbers. Here the bytes of a body are
read as `alongside_contracts.event.parse` reads those of a record; FastAPI gets the value that was read.
"""

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from email.message import Message
from functools import partial
from typing import Annotated, Any, Final, TypeAlias, get_origin

import fastapi
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from alongside_chassis.errors import HttpProblem
from alongside_chassis.long_bodies import beside_the_loop
from alongside_chassis.strict_json import check_strict_json
from alongside_contracts.errors import MalformedEvent

RouteHandler: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
HEADERS_GIVEN_ONCE: Final = ("authorization", "content-encoding", "content-type", "idempotency-key")
CHARSETS: Final = (None, "utf-8", "utf8", "us-ascii")
"""Names of UTF-8, and of its part that older clients name."""
_LISTS: Final = (list, tuple, set, frozenset, Sequence)


class StrictRoute(APIRoute):
    """A route that takes JSON in UTF-8, each header and parameter once, and each value in its own type."""

    def get_route_handler(self) -> RouteHandler:
        """Return FastAPI's handler behind the checks of a request."""
        answer, adapter = super().get_route_handler(), _adapter_of(self)
        repeatable = {field.alias for field in self.dependant.query_params if _is_list(field.field_info)}

        async def answer_strictly(request: Request) -> Response:
            _check_headers(request)
            _check_parameters(request, repeatable)
            if adapter is None:
                return await answer(request)
            return await _answer_with_body(_ReadRequest(request.scope, request.receive), adapter, answer)

        return answer_strictly


class APIRouter(fastapi.APIRouter):
    """FastAPI's router, whose routes are strict unless it is given another class of them."""

    def __init__(self, *args: Any, route_class: type[APIRoute] = StrictRoute, **options: Any) -> None:
        super().__init__(*args, route_class=route_class, **options)


class _ReadRequest(Request):
    """A request whose JSON was read before FastAPI asks for it."""

    value: Any = None

    async def json(self) -> Any:
        return self.value


async def _answer_with_body(
    request: _ReadRequest, adapter: TypeAdapter[Any], answer: RouteHandler
) -> Response:
    """Read the body, then answer. A body with wrong fields is refused where FastAPI would: after the service token, and with
    the errors of path and query."""
    body = await _body_of(request)
    if not body:
        return await answer(request)
    _check_media_type(request)
    request.value, wrong = await beside_the_loop(partial(_read, body, adapter), len(body))
    try:
        return await answer(request)
    except RequestValidationError as refused:
        raise (refused if wrong is None else _with_body_errors(refused, wrong)) from None


def _read(body: bytes, adapter: TypeAdapter[Any]) -> tuple[Any, ValidationError | None]:
    """Return the value of a body, or the body itself and what is wrong: bytes are what FastAPI knows as not read.

    Raises HttpProblem for JSON that may not come in.
    """
    _check_json(body)
    try:
        return adapter.validate_json(body, strict=True), None
    except ValidationError as error:
        return body, error


async def _body_of(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise HTTPException(400, "The client closed the connection") from error


def _adapter_of(route: APIRoute) -> TypeAdapter[Any] | None:
    """Return what reads the body of a route; None when it takes none. Raises TypeError for several body parameters."""
    if route.body_field is None:
        return None
    if route._embed_body_fields:  # noqa: SLF001  # nothing public says so
        raise TypeError(f"{route.path} has several body parameters: make one form of them")
    field = route.body_field.field_info
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(kind)


def _is_list(field: FieldInfo) -> bool:
    return (get_origin(field.annotation) or field.annotation) in _LISTS


def _check_headers(request: Request) -> None:
    for name in HEADERS_GIVEN_ONCE:
        if len(request.headers.getlist(name)) > 1:
            raise _given_twice(name.title())
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise _unsupported(
            "The body is compressed", "Send the body without Content-Encoding.", "Content-Encoding"
        )


def _check_parameters(request: Request, repeatable: set[str]) -> None:
    """Raise HttpProblem for a query parameter that is given twice, though one value of it is expected."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in counts.items():
        if count > 1 and name not in repeatable:
            raise _given_twice(f"query.{name}"[:100])


def _check_media_type(request: Request) -> None:
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    kind = header.get_content_type()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise _unsupported(
            "The body is not sent as JSON", "Send Content-Type: application/json.", "Content-Type"
        )
    charset = header.get_param("charset")
    if (charset.lower() if isinstance(charset, str) else charset) not in CHARSETS:
        raise _unsupported(
            "The body is not sent in UTF-8", "Send JSON in UTF-8, without a charset.", "Content-Type"
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


def _with_body_errors(refused: RequestValidationError, wrong: ValidationError) -> RequestValidationError:
    """Return a refusal with what is really wrong in the body, after what is wrong in path and query."""
    others = [error for error in refused.errors() if error["loc"][0] != "body"]
    return RequestValidationError(
        [*others, *map(_in_body, wrong.errors(include_url=False, include_input=False))]
    )


def _in_body(error: Any) -> dict[str, Any]:
    message = "Send valid JSON in UTF-8." if error["type"] == "json_invalid" else error["msg"]
    return {**error, "loc": ("body", *error["loc"]), "msg": message}


def _given_twice(where: str) -> HttpProblem:
    return HttpProblem(
        status=422,
        code="given-twice",
        title="A header or parameter of the request is given twice",
        remedy="Send it once: one of the two values would be lost.",
        field=where,
    )


def _unsupported(title: str, remedy: str, header: str) -> HttpProblem:
    return HttpProblem(status=415, code="unsupported-media-type", title=title, remedy=remedy, field=header)
