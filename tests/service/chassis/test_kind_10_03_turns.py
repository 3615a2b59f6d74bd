"""Many requests about one thing wait for each other without connections: everything else in the service works on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import APIRouter, Command, Read
from alongside_chassis.lifecycle.turns import Turns
from alongside_chassis.service import build_app
from alongside_chassis.testing import ServiceBench
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.test_running import unused_address

router = APIRouter()
AT_ONCE = 200


class Taken(BaseModel):
    """The number of notes now."""

    count: int


@router.post("/things/{thing}/notes")
async def take(thing: str, command: Command) -> Response:
    """Add to the row of a thing, which every other request about it then waits for."""

    async def work(tx: Tx) -> Taken:
        await tx.conn.execute("select pg_advisory_xact_lock(hashtext($1))", thing)
        await tx.conn.execute("insert into seen (key, note) values ($1, 'x')", thing)
        return Taken(count=await tx.conn.fetchval("select count(*) from seen where key = $1", thing))

    return await command.run(work, status=201)


@router.get("/things/{thing}")
async def look(thing: str, read: Read) -> int:
    """Count the notes of a thing."""
    return int(await read.conn.fetchval("select count(*) from seen where key = $1", thing))


@asynccontextmanager
async def served(bench: ServiceBench) -> AsyncIterator[tuple[FastAPI, httpx2.AsyncClient]]:
    """Run the service as in production, and a client of it."""
    app = build_app(bench.service)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench") as client:
            yield app, client


async def test_two_hundred_requests_about_one_thing_are_all_carried_out(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        answers = await asyncio.gather(
            *(bench.client.post("/things/a/notes", json={"n": n}) for n in range(AT_ONCE))
        )

        assert {answer.status_code for answer in answers} == {201}
        assert sorted(answer.json()["count"] for answer in answers) == list(range(1, AT_ONCE + 1))


async def test_other_requests_and_the_outbox_work_while_one_thing_is_locked(bare: BareBench) -> None:
    async with (
        bare(Handlers(), router, kafka=unused_address(), pool_connections_max=2) as bench,
        served(bench) as (_, client),
    ):
        async with bench.pool.acquire() as locker, locker.transaction():
            await locker.execute("select pg_advisory_xact_lock(hashtext('a'))")
            waiting = [
                asyncio.create_task(client.post("/things/a/notes", json={"n": n})) for n in range(AT_ONCE)
            ]
            await poll_until(
                lambda: bench.pool.fetchval("select count(*) from pg_locks where not granted"),
                lambda count: count == 1,
                "exactly one request waiting in the database",
            )

            other = await client.post("/things/b/notes", json={})
            counted = await client.get("/things/b")

            assert (other.status_code, counted.json()) == (201, 1)
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {201}


async def test_listeners_and_timers_have_connections_though_requests_hold_all_of_theirs(
    bare: BareBench,
) -> None:
    async with (
        bare(Handlers(), router, kafka=unused_address(), pool_connections_max=2) as bench,
        served(bench) as (app, client),
    ):
        async with bench.pool.acquire() as locker, locker.transaction():
            await locker.execute(
                "select pg_advisory_xact_lock(hashtext('a')), pg_advisory_xact_lock(hashtext('b'))"
            )
            waiting = [
                asyncio.create_task(client.post(f"/things/{thing}/notes", json={})) for thing in ("a", "b")
            ]
            await poll_until(
                lambda: bench.pool.fetchval("select count(*) from pg_locks where not granted"),
                lambda count: count == 2,
                "both connections of requests waiting",
            )

            ready = (await client.get("/health/ready")).json()

            assert app.state.runtime.pool.get_idle_size() == 0
            assert not [reason for reason in ready["reasons"] if reason.startswith("database")]
        await asyncio.gather(*waiting)


async def test_a_full_line_refuses_with_a_time_to_come_back() -> None:
    turns = Turns(waiting_max=1)
    async with turns.with_all(["a"]):
        second = asyncio.create_task(_have_turn(turns, "a"))
        await asyncio.sleep(0)

        with pytest.raises(HttpProblem) as refused:
            await _have_turn(turns, "a")

        assert (refused.value.status, refused.value.retry_after_seconds) == (429, 2)
        await _have_turn(turns, "b")
    await second


async def test_a_request_that_may_not_be_refused_waits_in_a_full_line() -> None:
    turns = Turns(waiting_max=0)
    async with turns.with_all(["a"]):
        danger = asyncio.create_task(_have_turn(turns, "a", refusable=False))
        await asyncio.sleep(0)
        assert not danger.done()
    await danger


async def test_two_requests_that_name_the_same_things_in_another_order_both_have_their_turn() -> None:
    turns = Turns()

    await asyncio.gather(
        *(_have_turn(turns, *things) for things in (("a", "b"), ("b", "a")) for _ in range(9))
    )

    assert not turns._lines  # nothing is kept of lines that are empty


async def _have_turn(turns: Turns, *things: str, refusable: bool = True) -> None:
    async with turns.with_all(things, refusable=refusable):
        await asyncio.sleep(0)
