"""The HTTP API: a command counts once, every refusal says what is wrong and what to do, nothing leaks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import pytest
from fastapi import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import APIRouter, Command, Page, Read, ServiceOnly, decode_id_cursor
from alongside_chassis.testing import ServiceBench
from tests.builders import an_admission
from tests.service.chassis.conftest import BareBench

router = APIRouter()


def without_line_break(note: str) -> str:
    """Return the note. Raises ValueError when it has several lines."""
    if "\n" in note:
        raise ValueError("send the note on one line")
    return note


class Note(BaseModel):
    """A note to take."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=1, max_length=20), AfterValidator(without_line_break)]
    labels: tuple[str, ...] = Field(default=(), max_length=1)


class Taken(BaseModel):
    """The number of notes now."""

    count: int


@router.post("/notes")
async def take(note: Note, command: Command) -> Response:
    """Take a note and announce something."""

    async def work(tx: Tx) -> Taken:
        await tx.conn.execute("insert into seen (key, note) values ('k', $1)", note.note)
        tx.announce(an_admission())
        return Taken(count=await tx.conn.fetchval("select count(*) from seen"))

    return await command.run(work, status=201)


@router.post("/refused")
async def refused(command: Command) -> Response:
    """Do something, then refuse."""

    async def work(tx: Tx) -> Taken:
        await tx.conn.execute("insert into seen (key, note) values ('k', 'half done')")
        raise HttpProblem(status=409, code="too-late", title="Too late", remedy="Come earlier.", field="note")

    return await command.run(work)


@router.post("/broken")
async def broken(command: Command) -> Response:
    """Fail with a value that must not be shown."""

    async def work(_tx: Tx) -> Taken:
        raise ValueError("the patient's name")

    return await command.run(work)


@router.post("/away")
async def away(command: Command) -> Response:
    """Fail as when the database is starting up."""

    async def work(_tx: Tx) -> Taken:
        raise asyncpg.CannotConnectNowError("starting up")

    return await command.run(work)


@router.get("/notes")
async def listing(read: Read, cursor: str | None = None) -> Page[str]:
    """List the notes; refuse a cursor that is not one of ours."""
    decode_id_cursor(cursor)
    return Page(items=[row["note"] for row in await read.conn.fetch("select note from seen order by at")])


@router.get("/ours", dependencies=[ServiceOnly])
async def ours() -> str:
    """Answer only requests with the service token."""
    return "ours"


async def count(bench: ServiceBench) -> int:
    """Return the number of notes."""
    return int(await bench.pool.fetchval("select count(*) from seen"))


async def test_a_repeated_idempotency_key_gets_the_stored_answer(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        headers = {"Idempotency-Key": "one"}

        first = await bench.client.post("/notes", json={"note": "a"}, headers=headers)
        again = await bench.client.post("/notes", json={"note": "a"}, headers=headers)

        assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
        assert again.headers["Idempotency-Replayed"] == "true"
        assert (await count(bench), len(await bench.announced())) == (1, 1)


async def test_twenty_simultaneous_requests_with_one_idempotency_key_have_one_effect(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        requests = [
            bench.client.post("/notes", json={"note": "a"}, headers={"Idempotency-Key": "one"})
            for _ in range(20)
        ]

        answers = await asyncio.gather(*requests)

        assert {answer.status_code for answer in answers} == {201}
        assert await count(bench) == 1


async def test_an_idempotency_key_sent_with_another_request_is_refused(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        headers = {"Idempotency-Key": "one"}
        await bench.client.post("/notes", json={"note": "a"}, headers=headers)

        other = await bench.client.post("/notes", json={"note": "b"}, headers=headers)

        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


async def test_the_remedy_of_a_missing_field_is_to_send_it(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        refused = await bench.client.post("/notes", json={})
        (error,) = refused.json()["errors"]

        accepted = await bench.client.post("/notes", json={error["where"].removeprefix("body."): "a"})

        assert (refused.status_code, error["remedy"]) == (422, "Send this field.")
        assert accepted.status_code == 201


@pytest.mark.parametrize(
    ("body", "where", "remedy"),
    [
        ({"note": "a", "author": "b"}, "body.author", "Remove this field: it is not known here."),
        ({"note": "a\nb"}, "body.note", "send the note on one line"),
        (
            {"note": "a", "labels": ["b", "c"]},
            "body.labels",
            "List should have at most 1 item after validation, not 2",
        ),
    ],
)
async def test_a_remedy_speaks_of_fields_and_lists_and_not_of_python(
    bare: BareBench, body: dict[str, Any], where: str, remedy: str
) -> None:
    async with bare(Handlers(), router) as bench:
        refused = (await bench.client.post("/notes", json=body)).json()

        assert refused["detail"] == "Invalid fields: 1."
        assert [(error["where"], error["remedy"]) for error in refused["errors"]] == [(where, remedy)]


async def test_a_refused_command_stores_nothing_and_its_idempotency_key_can_be_used_again(
    bare: BareBench,
) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post("/refused", headers={"Idempotency-Key": "one"})

        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "urn:alongside:problem:too-late",
            "title": "Too late",
            "status": 409,
            "code": "too-late",
            "remedy": "Come earlier.",
            "field": "note",
        }
        assert await count(bench) == 0
        assert await bench.pool.fetchval("select count(*) from idempotency_key") == 0


async def test_every_wrong_field_is_named_and_no_value_is_repeated(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post("/notes", json={"note": "a secret of more than twenty characters"})

        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "body.note")
        assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"), [("/broken", 500, "our-fault"), ("/away", 503, "try-again")]
)
async def test_an_internal_error_shows_no_internals(
    bare: BareBench, path: str, status: int, code: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post(path)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        out, err = capfdbinary.readouterr()
        spans = "".join(span.to_json() for span in bench.finished_spans())
        assert b"patient" not in answer.content + out + err + spans.encode()


async def test_an_unknown_path_and_a_wrong_method_are_problems_too(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        unknown, wrong = await bench.client.get("/nowhere"), await bench.client.delete("/notes")

        assert (unknown.json()["code"], wrong.json()["code"]) == ("not-found", "method-not-allowed")


async def test_a_body_over_the_limit_is_refused_with_and_without_a_content_length(bare: BareBench) -> None:
    async with bare(Handlers(), router, http_body_bytes_max=1024) as bench:

        async def unannounced() -> AsyncIterator[bytes]:
            for _ in range(4):
                yield b"x" * 512

        announced_size = await bench.client.post("/notes", content=b"x" * 2048)
        unannounced_size = await bench.client.post("/notes", content=unannounced())

        assert [(a.status_code, a.json()["code"]) for a in (announced_size, unannounced_size)] == [
            (413, "too-large")
        ] * 2


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJub3QtYW4taWQiXQ"])
async def test_a_cursor_that_this_api_did_not_issue_is_refused(bare: BareBench, cursor: str) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.get("/notes", params={"cursor": cursor})

        assert (answer.status_code, answer.json()["code"]) == (422, "bad-cursor")


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer "])
async def test_routes_between_services_require_the_token(bare: BareBench, header: str | None) -> None:
    async with bare(Handlers(), router, service_token="right") as bench:
        refused = await bench.client.get("/ours", headers={"Authorization": header} if header else {})
        welcome = await bench.client.get("/ours", headers={"Authorization": "Bearer right"})

        assert (refused.status_code, refused.json()["code"]) == (401, "service-token-required")
        assert welcome.status_code == 200


@pytest.mark.parametrize("key", ["", " ", "a\tb", "x" * 201])
async def test_an_idempotency_key_that_is_none_is_refused(bare: BareBench, key: str) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post("/notes", json={"note": "a"}, headers={"Idempotency-Key": key})

        assert (answer.status_code, answer.json()["code"]) == (422, "bad-idempotency-key")
        assert await count(bench) == 0
