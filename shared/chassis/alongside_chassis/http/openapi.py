"""Completes a service's OpenAPI document: one schema of all problems, and every status that an operation can answer.

Statuses that follow from how an operation is built (a body, parameters, a token) are added here to all of them. Those of
its own rules are declared at its route, with `refuses_with`.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from alongside_chassis.http.idempotency import KEY_HEADER, REPLAYED_HEADER
from alongside_chassis.http.problems import PROBLEM_JSON

Json = dict[str, Any]

CONTACT: Final = {"name": "The maintainers of Alongside"}
LICENSE: Final = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
TAGS: Final[Mapping[str, str]] = {
    "codes": "The code lists: what codes there are, what they are called, which are taken.",
    "operations": "For operators: refused records, paused streams, replays, health.",
}
"""The groups of routes that every service has."""
DESCRIPTIONS: Final[Mapping[int, str]] = {
    401: "The service token is missing or wrong",
    403: "This actor may not do this",
    404: "There is nothing under this id",
    408: "The body did not arrive in time",
    409: "The present state does not allow this; nothing was changed",
    410: "It was erased, or removed by its publisher",
    413: "The body is too large",
    415: "The body is not of the declared media type",
    422: "The request has values that cannot be accepted",
    429: "Too many requests about the same thing wait already",
    500: "An internal error occurred",
    503: "The service or what it needs is unavailable; try again",
}
_OF_EVERY_OPERATION: Final = (413, 500, 503)
_OF_DECLARED_BODIES: Final = (415, 422)
_REFERENCE: Final = "#/components/schemas/{model}"
_PROBLEM_CONTENT: Final = {PROBLEM_JSON: {"schema": {"$ref": _REFERENCE.format(model="ProblemDocument")}}}
_REPLACED: Final = ("HTTPValidationError", "ValidationError")
_RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "Seconds after which the same request may succeed.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
_REPLAYED: Final = {
    REPLAYED_HEADER: {
        "description": "Sent when this is the stored answer to an earlier request with the same key.",
        "schema": {"type": "string", "const": "true"},
    }
}


def _optional(description: str) -> Any:
    """Return a member that is left out when there is nothing to say; it is never null."""
    return Field(default=None, description=description, json_schema_extra=_without_default)


def _without_default(schema: Json) -> None:
    del schema["default"]


class RefusedField(BaseModel):
    """One value of a request that was refused."""

    where: str
    problem: str
    remedy: str


class ProblemDocument(BaseModel):
    """A refusal or an error (RFC 9457): what is wrong, where, and what to do about it. Other members may be added."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="A URN that ends with the code.", examples=["urn:alongside:problem:too-large"]
    )
    title: str = Field(description="What is wrong, in a few words.")
    status: int = Field(ge=400, le=599)
    code: str = Field(description="Stable and machine-readable.", examples=["too-large"])
    remedy: str = Field(description="What to do about it, as a sentence.")
    detail: str | SkipJsonSchema[None] = _optional("More about this occurrence.")
    field: str | SkipJsonSchema[None] = _optional("The field, parameter or header that is meant.")
    errors: list[RefusedField] | SkipJsonSchema[None] = _optional("The refused values, if several may be.")
    errors_more: int | SkipJsonSchema[None] = _optional("How many more there are than `errors` lists.")


def refuses_with(*statuses: int, may_succeed_later: bool = False) -> dict[int | str, Json]:
    """Return what a route declares as `responses`: the statuses with which its own rules refuse.

    `may_succeed_later`: one of these refusals has the header Retry-After.
    """
    headers = {"headers": _RETRY_AFTER} if may_succeed_later else {}
    return {status: {"description": DESCRIPTIONS[status], **headers} for status in statuses}


def operation_id(route: APIRoute) -> str:
    """Return the name of a route's function as the id that generated clients use: `list_codes`, `listCodes`."""
    verb, *rest = route.name.split("_")
    return verb + "".join(part.capitalize() for part in rest)


class DescribedApi(FastAPI):
    """An application whose OpenAPI document is complete.

    `problem_members` are the members, each with its schema, that this service adds to problems.
    """

    def __init__(self, *, problem_members: Mapping[str, Json], **options: Any) -> None:
        super().__init__(**options)
        self._problem_members = problem_members

    def openapi(self) -> Json:
        """Return the document. FastAPI makes it once for the routes there are."""
        document = super().openapi()
        if "ProblemDocument" not in document.get("components", {}).get("schemas", {}):
            complete(document, self._problem_members)
        return document


def complete(document: Json, problem_members: Mapping[str, Json]) -> None:
    """Add the schema of problems, and to each operation every problem it can answer and the headers of its answers."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    schemas |= _problem_schemas(problem_members)
    for path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            _remove_null(parameter["schema"])
        _add_problems(operation, has_ids="{" in path)
        _add_headers(operation)


def operations(document: Json) -> Iterator[tuple[str, Json]]:
    """Yield each operation of a document with its path."""
    for path, item in document["paths"].items():
        for operation in item.values():
            yield path, operation


def _problem_schemas(members: Mapping[str, Json]) -> Json:
    schema = ProblemDocument.model_json_schema(ref_template=_REFERENCE)
    schema["properties"] |= members
    return {**schema.pop("$defs"), "ProblemDocument": schema}


def _remove_null(schema: Json) -> None:
    """Leave out that a parameter may be null: in a URL or a header there is no such value, only a missing one."""
    alternatives = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(alternatives) == 1:
        del schema["anyOf"]
        schema |= alternatives[0]


def _add_problems(operation: Json, *, has_ids: bool) -> None:
    declared = operation["responses"]
    declared.pop("422", None) if "content" in declared.get("422", {}) else None
    statuses = {
        *_OF_EVERY_OPERATION,
        *(_OF_DECLARED_BODIES if "requestBody" in operation else ()),
        *((408,) if "requestBody" in operation or _is_command(operation) else ()),
        *((429,) if _is_command(operation) else ()),
        *((422,) if operation.get("parameters") else ()),
        *((404,) if has_ids else ()),
        *((401,) if operation.get("security") else ()),
    }
    for status in statuses:
        declared.setdefault(str(status), {"description": DESCRIPTIONS[status]})
    for status, response in declared.items():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            response.setdefault("content", _PROBLEM_CONTENT)
    operation["responses"] = dict(sorted(declared.items()))


def _add_headers(operation: Json) -> None:
    responses: Json = operation["responses"]
    for status, response in responses.items():
        if int(status) < HTTPStatus.MULTIPLE_CHOICES and _is_command(operation):
            response.setdefault("headers", {}).update(_REPLAYED)
        if status in ("429", "503") and PROBLEM_JSON in response["content"]:
            response.setdefault("headers", {}).update(_RETRY_AFTER)


def _is_command(operation: Json) -> bool:
    """Return whether the operation takes an Idempotency-Key; all of those read the body."""
    return any(parameter["name"] == KEY_HEADER for parameter in operation.get("parameters", ()))
