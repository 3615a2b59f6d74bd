"""Published schemas compile in strict validators, such as Ajv with its defaults: nothing in them has to be guessed or ignored."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from alongside_contracts.event import Event
from alongside_contracts.registry import all_events
from alongside_contracts.schemas.annotations import OWN_KEYWORDS, as_comments, as_keywords
from alongside_contracts.schemas.gate import BASE_FOLDER, revisions, schema_of
from alongside_contracts.services import SERVICES
from tests.service.test_kind_10_02_every_route import app_of

SCHEMAS = sorted((BASE_FOLDER / "schemas").glob("*/*.json"))
FORMATS = {"date", "date-time", "uuid", "email", "time", "binary", "uri"}
KEYWORDS_OF = {
    "object": {
        "properties",
        "required",
        "additionalProperties",
        "minProperties",
        "maxProperties",
        "propertyNames",
    },
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"},
    "string": {"pattern", "minLength", "maxLength", "format", "contentMediaType"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}
ANY_TYPE = {
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "$comment",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
}
ANY_TYPE |= {"type", "enum", "const", "anyOf", "allOf", "oneOf", "not", "readOnly", "writeOnly"}
KEYWORDS = ANY_TYPE.union(*KEYWORDS_OF.values())
SYNTAX = set("^$\\.*+?()[]{}|/")
CLASS_ESCAPES = set("dDwWsSbBnrtfv0")


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_published_schema_compiles_strictly(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))

    Draft202012Validator.check_schema(schema)
    assert list(faults(schema, "#", KEYWORDS)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_schemas_of_an_api_compile_strictly_but_for_our_own_keywords(service: str) -> None:
    document = app_of(service).openapi()
    extensions = {"x-codes", "discriminator", "example"}

    found = [
        fault
        for place, schema in schemas_of_api(document)
        for fault in faults(schema, place, KEYWORDS | extensions)
    ]

    assert found == []


@pytest.mark.parametrize("contract", all_events(), ids=lambda contract: contract.__name__)
def test_what_a_schema_says_of_lists_and_streams_can_be_read_from_its_comments(contract: type[Event]) -> None:
    schema = schema_of(contract)

    published = as_comments(schema)

    assert as_keywords(published) == schema
    assert not any(f'"{keyword}":' in json.dumps(published) for keyword in OWN_KEYWORDS)
    assert list(revisions(BASE_FOLDER / "schemas" / contract.type).values())[-1].items() >= schema.items()


@pytest.mark.parametrize(
    ("schema", "fault"),
    [
        ({"x-codes": "needs"}, "unknown keyword x-codes"),
        ({"minLength": 1}, "minLength without its type"),
        ({"type": "string", "minimum": 1}, "minimum without its type"),
        ({"type": "string", "format": "phone"}, "unknown format phone"),
        ({"type": "object", "properties": {}, "required": ["a"]}, "required a is no property"),
        ({"type": "array", "prefixItems": [{}]}, "a tuple of any length"),
        ({"type": "string", "pattern": r"^[^\"]$"}, r"pattern: \" is no escape"),
        ({"type": "string", "pattern": r"a\-b"}, r"pattern: \- is no escape"),
        ({"type": "string", "pattern": "a{b"}, "pattern: { is not escaped"),
        ({"type": "string", "pattern": "(?P<a>b)"}, "pattern: a group of Python"),
    ],
)
def test_what_a_strict_validator_refuses_is_found(schema: dict[str, Any], fault: str) -> None:
    assert [
        found.split(": ", 1)[1]
        for found in faults({"properties": {"a": schema}, "type": "object"}, "#", KEYWORDS)
    ] == [fault]


def schemas_of_api(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every schema of an OpenAPI document with its place."""
    yield from document["components"]["schemas"].items()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", ()):
                yield f"{method} {path} {parameter['name']}", parameter["schema"]
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (content for body in bodies for content in body.get("content", {}).values()):
                yield f"{method} {path}", content.get("schema", {})


def faults(schema: Any, place: str, keywords: set[str]) -> Iterator[str]:
    """Yield what a strict validator refuses in a schema and in those inside it."""
    if isinstance(schema, bool):
        return
    yield from (f"{place}: {fault}" for fault in faults_here(schema, keywords))
    for name in ("properties", "$defs"):
        for inner, member in schema.get(name, {}).items():
            yield from faults(member, f"{place}/{name}/{inner}", keywords)
    for name in ("anyOf", "allOf", "oneOf", "prefixItems"):
        for number, member in enumerate(schema.get(name, ())):
            yield from faults(member, f"{place}/{name}/{number}", keywords)
    for name in ("items", "additionalProperties", "not", "contains", "propertyNames"):
        if name in schema:
            yield from faults(schema[name], f"{place}/{name}", keywords)


def faults_here(schema: dict[str, Any], keywords: set[str]) -> Iterator[str]:
    """Yield what a strict validator refuses in one schema, without those inside it."""
    yield from (f"unknown keyword {name}" for name in sorted(schema.keys() - keywords))
    kind = {"integer": "number"}.get(str(schema.get("type")), schema.get("type"))
    for typed, names in KEYWORDS_OF.items():
        yield from (f"{name} without its type" for name in sorted(names & schema.keys()) if kind != typed)
    if "format" in schema and schema["format"] not in FORMATS:
        yield f"unknown format {schema['format']}"
    for name in schema.get("required", ()):
        if name not in schema.get("properties", {}):
            yield f"required {name} is no property"
    if "prefixItems" in schema and not {"minItems", "maxItems"} <= schema.keys():
        yield "a tuple of any length"
    if "pattern" in schema:
        yield from (f"pattern: {fault}" for fault in faults_of_pattern(schema["pattern"]))


def faults_of_pattern(pattern: str) -> Iterator[str]:
    """Yield what ECMAScript refuses in a pattern with the flag `u`, with which validators compile it."""
    re.compile(pattern)
    if re.search(r"\(\?(?![:=!<])|\(\?<(?![=!a-zA-Z])", pattern):
        yield "a group of Python"
    in_class = False
    for token in re.findall(r"\\.|\{\d+(?:,\d*)?\}|.", pattern):
        if len(token) == 2 and token[0] == "\\":
            if token[1] not in SYNTAX | CLASS_ESCAPES and not (in_class and token[1] == "-"):
                yield f"{token} is no escape"
        elif token == "[" and not in_class:
            in_class = True
        elif token == "]" and in_class:
            in_class = False
        elif token in "{}]" and not in_class:
            yield f"{token} is not escaped"
