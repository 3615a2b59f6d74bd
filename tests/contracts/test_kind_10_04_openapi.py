"""The OpenAPI document of each service: valid, with every problem an operation can answer, in one schema and one style."""

import importlib
import re
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from opentelemetry.sdk.trace import TracerProvider

from alongside_chassis.http.openapi import operations
from alongside_chassis.http.problems import PROBLEM_JSON
from alongside_chassis.service import Service, make_http_app
from alongside_contracts.services import SERVICES
from tests.conftest import PERSON_KEY

Json = dict[str, Any]
PROBLEM = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
OPERATION_ID = re.compile(r"[a-z]+([A-Z][a-z0-9]*)+")


def document_of(name: str) -> Json:
    """Return the document that the service shows at /openapi.json, without its health."""
    settings = {"database_url": "postgresql://nowhere"} | (
        {"person_key": PERSON_KEY} if name == "intake" else {}
    )
    chosen = importlib.import_module(f"alongside_{name}.settings").Settings(**settings)
    service: Service = importlib.import_module(f"alongside_{name}.app").service(chosen)
    document: Json = make_http_app(service, TracerProvider()).openapi()
    return document


@pytest.fixture(params=SERVICES)
def document(request: pytest.FixtureRequest) -> Json:
    """The document of one service."""
    return document_of(request.param)


def test_a_document_is_valid_openapi_with_valid_examples(document: Json) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_problem_has_the_one_schema_and_media_type(document: Json) -> None:
    other = {
        (operation["operationId"], status): response.get("content")
        for _, operation in operations(document)
        for status, response in operation["responses"].items()
        if int(status) >= 400 and response.get("content") != PROBLEM
    }

    assert other == {}
    assert not {"HTTPValidationError", "ValidationError"} & document["components"]["schemas"].keys()


def test_every_operation_declares_what_it_can_answer_by_the_way_it_is_built(document: Json) -> None:
    missing = {
        (operation["operationId"], status)
        for path, operation in operations(document)
        for status in expected(path, operation) - operation["responses"].keys()
    }

    assert missing == set()


def test_an_operation_is_called_by_a_verb_and_a_noun_that_no_other_has(document: Json) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]

    assert [each for each in ids if not OPERATION_ID.fullmatch(each)] == []
    assert len(set(ids)) == len(ids)


def test_every_operation_and_every_group_of_them_is_described(document: Json) -> None:
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}

    assert used == described
    assert [o["operationId"] for _, o in operations(document) if not o.get("description")] == []


def test_every_answer_and_every_body_has_a_schema(document: Json) -> None:
    empty = [
        (operation["operationId"], place)
        for _, operation in operations(document)
        for place, content in contents(operation)
        if not content.get("schema")
    ]

    assert empty == []


def test_every_schema_of_the_document_is_used(document: Json) -> None:
    text = str(document)
    unused = [
        name for name in document["components"]["schemas"] if f"#/components/schemas/{name}'" not in text
    ]

    assert unused == []


def test_a_parameter_is_left_out_rather_than_null(document: Json) -> None:
    nullable = [
        (operation["operationId"], parameter["name"])
        for _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if {"type": "null"} in parameter["schema"].get("anyOf", ())
    ]

    assert nullable == []


def expected(path: str, operation: Json) -> set[str]:
    """Return the statuses that follow from the path, the parameters, the body and the security of an operation."""
    is_command = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))
    return (
        {"413", "500", "503"}
        | ({"404"} if "{" in path else set())
        | ({"422"} if operation.get("parameters") else set())
        | ({"408", "415", "422"} if "requestBody" in operation else set())
        | ({"408", "422", "429"} if is_command else set())
        | ({"401"} if operation.get("security") else set())
    )


def contents(operation: Json) -> list[tuple[str, Json]]:
    """Return every media type of the body and of the answers."""
    body = operation.get("requestBody", {}).get("content", {})
    answers = [
        (f"{status} {media_type}", content)
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
    ]
    return [(f"body {media_type}", content) for media_type, content in body.items()] + answers


def test_every_array_says_what_its_items_are(document: Json) -> None:
    bare = [
        place for place, schema in schemas_in(document["components"]["schemas"], "") if is_bare_array(schema)
    ]

    assert bare == []


def schemas_in(value: Any, place: str) -> list[tuple[str, Json]]:
    """Return every object below a value, with its place."""
    if isinstance(value, dict):
        return [(place, value), *(each for key in value for each in schemas_in(value[key], f"{place}/{key}"))]
    if isinstance(value, list):
        return [each for number, item in enumerate(value) for each in schemas_in(item, f"{place}/{number}")]
    return []


def is_bare_array(schema: Json) -> bool:
    """Return whether linters of OpenAPI, which do not know `prefixItems` alone, refuse this array."""
    return schema.get("type") == "array" and "items" not in schema
