"""A request is read as strictly as a record: every value in its own type, everything once, JSON in UTF-8."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.http import APIRouter, Command, Read, ServiceOnly
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.fields.times import Day, Moment
from tests.service.chassis.conftest import BareBench

router = APIRouter()
NUMBER = "0197c1c0-0000-7000-8000-00000000abcd"
JSON = {"content-type": "application/json"}


class Colour(StrEnum):
    """A closed list."""

    RED = "red"


class Inner(BaseModel):
    """A form inside the form."""

    model_config = ConfigDict(extra="forbid")

    count: int


class Form(BaseModel):
    """One field of each type."""

    model_config = ConfigDict(extra="forbid")

    count: int = 1
    share: float = 0.5
    flag: bool = False
    text: str = ""
    colour: Colour = Colour.RED
    number: UUID | None = None
    at: Moment | None = None
    on: Day | None = None
    inner: Inner | None = None
    counts: Annotated[tuple[int, ...], AtMost(3)] = ()
    anything: dict[str, Any] = Field(default_factory=dict)


class Taken(BaseModel):
    """The form as it was read."""

    form: Form | None


@router.put("/forms/{number}")
async def put(number: UUID, form: Form, command: Command, page: int = 1) -> Response:
    """Answer with the form, by a command."""

    async def work(_tx: Tx) -> Taken:
        return Taken(form=form)

    return await command.run(work)


@router.post("/forms")
async def post(form: Form, read: Read) -> Taken:
    """Answer with the form, without a command."""
    return Taken(form=form)


@router.post("/maybe")
async def maybe(form: Form | None = None) -> Taken:
    """Answer with the form, if there is one."""
    return Taken(form=form)


@router.post("/lists")
async def lists(
    entries: Annotated[list[Any], Body(max_length=2)], need: Annotated[list[str], Query()]
) -> int:
    """Count what was sent."""
    return len(entries) * 10 + len(need)


@router.post("/ours", dependencies=[ServiceOnly])
async def ours(form: Form) -> Taken:
    """Answer only with the service token."""
    return Taken(form=form)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", "5"), ("count", 5.0), ("count", True), ("count", 1e300), ("share", "0.5"), ("share", True),
        ("flag", 1), ("flag", 0.0), ("flag", "true"), ("text", 5), ("text", None), ("text", ["a"]), ("colour", "Red"),
        ("number", 5), ("number", "5"), ("at", 1772463845), ("at", "1772463845"), ("on", 0), ("on", "2026-03-02T00:00:00Z"),
        ("inner.count", "5"), ("counts.0", "5"), ("counts.0", True), ("counts", "123"), ("inner", []), ("anything", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["PUT /forms/" + NUMBER, "POST /forms", "POST /maybe"])
async def test_a_value_of_another_type_is_refused_with_its_field(
    bare: BareBench, path: str, field: str, value: Any
) -> None:
    outer, _, inner = field.partition(".")
    body = {outer: {"count": value} if inner == "count" else [value] if inner else value}

    async with bare(Handlers(), router) as bench:
        answer = await bench.client.request(*path.split(), json=body)

        assert (answer.status_code, answer.json()["field"]) == (422, f"body.{field}")


async def test_every_type_is_read_from_its_own_form(bare: BareBench) -> None:
    form = {
        "count": 5, "share": 1, "flag": True, "text": "a", "colour": "red", "number": NUMBER.upper(), "at": "2016-12-31T23:59:60z",
        "on": "2026-03-02", "inner": {"count": 1}, "counts": [1, 2], "anything": {"a": [1, {"b": None}]},
    }  # fmt: skip

    async with bare(Handlers(), router) as bench:
        answer = await bench.client.put(f"/forms/{NUMBER.upper()}", json=form)

        read = form | {"share": 1.0, "number": NUMBER, "at": "2017-01-01T00:00:00Z"}
        assert (answer.status_code, answer.json()["form"]) == (200, read)


UNREADABLE: dict[str, tuple[bytes, Mapping[str, str], int, str]] = {
    "UTF-16": ('{"text": "a"}'.encode("utf-16"), JSON, 422, "invalid-request"),
    "UTF-16 without a mark": ('{"text": "a"}'.encode("utf-16-le"), JSON, 422, "invalid-request"),
    "UTF-32": ('{"text": "a"}'.encode("utf-32"), JSON, 422, "invalid-request"),
    "a byte order mark": (b'\xef\xbb\xbf{"text": "a"}', JSON, 422, "invalid-request"),
    "Latin-1": ('{"text": "é"}'.encode("latin-1"), JSON, 422, "invalid-request"),
    "half a pair": (b'{"text": "\\ud800"}', JSON, 422, "invalid-request"),
    "no JSON": (b"{text: 1}", JSON, 422, "invalid-request"),
    "more than one value": (b"{} {}", JSON, 422, "invalid-request"),
    "NaN": (b'{"share": NaN}', JSON, 422, "malformed"),
    "infinity": (b'{"anything": {"a": [-Infinity]}}', JSON, 422, "malformed"),
    "a number that is infinite": (b'{"anything": {"a": 1e999}}', JSON, 422, "malformed"),
    "a control character": (b'{"text": "a\\u0000b"}', JSON, 422, "malformed"),
    "a field given twice": (b'{"count": 1, "count": 2}', JSON, 422, "malformed"),
    "an inner field given twice": (b'{"inner": {"count": 1, "c\\u006funt": 2}}', JSON, 422, "malformed"),
    "another charset": (b"{}", {"content-type": "application/json; charset=latin-1"}, 415, "unsupported-media-type"),
    "UTF-16 with its charset": ("{}".encode("utf-16"), {"content-type": "application/json; charset=utf-16"}, 415, "unsupported-media-type"),
    "no content type": (b"{}", {}, 415, "unsupported-media-type"),
    "a form": (b"{}", {"content-type": "application/x-www-form-urlencoded"}, 415, "unsupported-media-type"),
    "a text": (b"{}", {"content-type": "text/plain"}, 415, "unsupported-media-type"),
    "JSON that is a text": (b"{}", {"content-type": "text/json"}, 415, "unsupported-media-type"),
    "no type at all": (b"{}", {"content-type": "json"}, 415, "unsupported-media-type"),
    "a compressed body": (b"{}", JSON | {"content-encoding": "gzip"}, 415, "unsupported-media-type"),
}  # fmt: skip


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("path", ["PUT /forms/" + NUMBER, "POST /forms", "POST /maybe"])
async def test_a_body_that_would_have_to_be_guessed_is_refused_with_a_remedy(
    bare: BareBench, path: str, kind: str
) -> None:
    body, headers, status, code = UNREADABLE[kind]

    async with bare(Handlers(), router) as bench:
        answer = await bench.client.request(*path.split(), content=body, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["remedy"]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/json; charset=utf-8", 'application/json;charset="UTF-8"', "Application/JSON", "application/merge-patch+json"],
)  # fmt: skip
async def test_json_in_utf_8_is_read_however_its_type_is_spelled(bare: BareBench, content_type: str) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post(
            "/forms", content='{"text": "é"}'.encode(), headers={"content-type": content_type}
        )

        assert answer.json()["form"]["text"] == "é"


async def test_no_body_is_a_missing_body_or_none(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        missing, none, null = [
            await bench.client.post("/forms"),
            await bench.client.post("/maybe"),
            await bench.client.post("/maybe", content=b"null", headers=JSON),
        ]

        assert (missing.status_code, missing.json()["field"]) == (422, "body")
        assert (none.json(), null.json()) == ({"form": None}, {"form": None})


async def test_a_parameter_given_twice_is_refused_where_one_is_expected(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        twice = await bench.client.put(f"/forms/{NUMBER}?page=1&page=1", json={})
        several = await bench.client.post("/lists?need=a&need=b", json=[1])

        assert (twice.status_code, twice.json()["code"], twice.json()["field"]) == (
            422,
            "given-twice",
            "query.page",
        )
        assert (several.status_code, several.json()) == (200, 12)


@pytest.mark.parametrize("name", ["Idempotency-Key", "Authorization", "Content-Type"])
async def test_a_header_given_twice_is_refused(bare: BareBench, name: str) -> None:
    async with bare(Handlers(), router) as bench:
        headers = [("content-type", "application/json"), (name, "a"), (name, "b")]
        answer = await bench.client.put(f"/forms/{NUMBER}", content=b"{}", headers=headers)

        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
            422,
            "given-twice",
            name,
        )


async def test_what_is_wrong_in_path_query_and_body_is_named_together(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.put("/forms/7?page=x", json={"count": "5", "colour": "blue"})

        assert [error["where"] for error in answer.json()["errors"]] == [
            "path.number", "query.page", "body.count", "body.colour",
        ]  # fmt: skip


async def test_without_the_service_token_nothing_is_said_about_the_body(bare: BareBench) -> None:
    async with bare(Handlers(), router, service_token="right") as bench:
        answer = await bench.client.post("/ours", json={"count": "5"})

        assert (answer.status_code, answer.json()["code"]) == (401, "service-token-required")


async def test_a_list_as_a_body_is_limited_and_read(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        too_long = await bench.client.post("/lists?need=a", json=[1, 2, 3])
        wrong = await bench.client.post("/lists?need=a", content=json.dumps({"a": 1}), headers=JSON)

        assert [(each.status_code, each.json()["field"]) for each in (too_long, wrong)] == [(422, "body")] * 2
