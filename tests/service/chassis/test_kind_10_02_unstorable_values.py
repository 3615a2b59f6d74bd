"""A value that the database refuses is the client's to correct: 422 with the field, if the database names it, never a 500."""

import json
from datetime import datetime
from typing import Any

import pytest
from fastapi import Response
from pydantic import BaseModel

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.http import APIRouter, Command
from tests.service.chassis.conftest import BareBench

router = APIRouter()


class Value(BaseModel):
    """Any value, and where it goes."""

    text: str | None = None
    number: int | None = None
    time: datetime | None = None


@router.post("/values")
async def keep(value: Value, command: Command) -> Response:
    """Hand a value to the database, unchecked."""

    async def work(tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ('k', $1)", value.text or "a text")
        await tx.conn.fetchval("select $1::int", value.number)
        await tx.conn.fetchval("select $1::timestamptz", value.time)

    return await command.run(work)


VALUES: dict[str, dict[str, Any]] = {
    "U+0000": {"text": "a\u0000b"},
    "a lone surrogate": {"text": "\ud800"},
    "a number too large": {"number": 2**40},
    "a time too early": {"time": "0001-01-01T00:00:00+14:00"},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
async def test_a_value_that_cannot_be_stored_is_refused_and_nothing_is_stored(
    bare: BareBench, value: dict[str, Any]
) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post(
            "/values", content=json.dumps(value), headers={"Content-Type": "application/json"}
        )

        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert await bench.pool.fetchval("select count(*) from seen") == 0


async def test_the_refusal_names_what_the_database_names(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        problem = (await bench.client.post("/values", json={"text": "forbidden"})).json()

        assert (problem["code"], problem["field"]) == ("value-not-storable", "seen_note_check")
