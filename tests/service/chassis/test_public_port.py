"""A service's public routes on a separate port: what is there, what is not, and that both ports end together."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr, ValidationError

from alongside_chassis.service import make_http_app, make_public_app
from alongside_chassis.settings import Settings
from alongside_localstack.ports import free_port
from alongside_localstack.postgres.databases import Database, Server
from tests.copies import Copies
from tests.polling import poll_until
from tests.service.chassis import public_service

NO_KAFKA = "127.0.0.1:1"
OPERATORS_PATHS = (
    "/metrics",
    "/health/ready",
    "/dead-letters",
    "/partners/paused",
    "/private",
    "/docs",
    "/redoc",
    "/anything",
)


@dataclass
class Served:
    """A process of the service, its database, and clients of its two ports."""

    database: Database
    process: Process
    own: httpx2.AsyncClient
    public: httpx2.AsyncClient
    output: bytes = b""

    async def stop(self) -> float:
        """Ask it to stop; return after how many seconds it has ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.output, _ = await asyncio.wait_for(self.process.communicate(), 20)
        return time.monotonic() - began


@pytest.fixture
async def served(copies: Copies, bare_database: Database) -> AsyncIterator[Served]:
    """Serve with both ports, without a broker."""
    with copies.lending() as loan:
        database, own, public = loan.copy_of(bare_database), free_port(), free_port()
        async with (
            process(database, own, public) as running,
            client(own) as to_own,
            client(public) as to_public,
        ):
            service = Served(database, running, to_own, to_public)
            await poll_until(lambda: is_live(to_own), bool, "the service's own port")
            yield service


@asynccontextmanager
async def process(database: Database, own: int, public: int) -> AsyncIterator[Process]:
    """Run the service."""
    settings = {
        "ALONGSIDE_DATABASE_URL": database.url,
        "ALONGSIDE_KAFKA": NO_KAFKA,
        "ALONGSIDE_HTTP_PORT": str(own),
        "ALONGSIDE_PUBLIC_HTTP_PORT": str(public),
        "ALONGSIDE_HTTP_READ_SECONDS_MAX": "1.5",
        "ALONGSIDE_SERVICE_TOKEN": "a-token",
    }
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", public_service.__name__, env=os.environ | settings, stdout=PIPE, stderr=PIPE
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.communicate()


def client(port: int) -> httpx2.AsyncClient:
    """Return a client of a port."""
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)


async def is_live(to: httpx2.AsyncClient) -> bool:
    """Return whether the port answers that its process lives."""
    try:
        return (await to.get("/health/live")).status_code == 200
    except httpx2.TransportError:
        return False


async def busy_connections(postgres: Server, database: Database) -> int:
    """Return how many requests have a connection."""
    query = "select count(*) from pg_stat_activity where datname = %s and state = 'idle in transaction'"
    with postgres.connection(database.name) as connection:
        return int(connection.execute(query, [database.name]).fetchall()[0][0])


async def test_the_public_port_serves_public_routes_and_nothing_of_operators(served: Served) -> None:
    shown = await served.public.get("/things")
    statuses = {path: (await served.public.get(path)).status_code for path in OPERATORS_PATHS}
    replay = await served.public.post("/projection/replay", headers={"Authorization": "Bearer a-token"})
    live = await served.public.get("/health/live")

    assert (shown.status_code, shown.json()) == (200, {"page": 1, "things": 0})
    assert statuses == dict.fromkeys(OPERATORS_PATHS, 404)
    assert replay.status_code == 404
    assert replay.headers["content-type"] == "application/problem+json"
    assert live.json() == {"live": True, "reasons": []}


async def test_the_own_port_serves_public_routes_beside_all_others(served: Served) -> None:
    statuses = {
        path: (await served.own.get(path)).status_code
        for path in ("/things", "/private", "/metrics", "/dead-letters", "/docs", "/health/live")
    }

    assert statuses == dict.fromkeys(statuses, 200)


async def test_requests_at_the_public_port_are_read_as_strictly_and_reported(served: Served) -> None:
    refusals = [
        await served.public.get("/things?page=1&page=2"),
        await served.public.post("/things", content="[]", headers={"Content-Type": "text/plain"}),
        await served.public.post("/things", json=["x" * 2_000_000]),
        await served.public.delete("/things"),
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", served.public.base_url.port)
    writer.write(b"GET /things HTTP/1.1\r\nHost: here\r\n")  # and never the rest
    slow = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    await served.stop()

    assert [answer.status_code for answer in refusals] == [422, 415, 413, 405]
    assert {answer.headers["content-type"] for answer in refusals} == {"application/problem+json"}
    assert refusals[3].headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert slow.startswith(b"HTTP/1.1 408 ")
    assert served.output.count(b'"event":"http-handled"') >= len(refusals)


async def test_a_stop_ends_both_ports_after_the_requests_in_progress(
    served: Served, postgres: Server
) -> None:
    answers = [asyncio.create_task(to.get("/things/slow")) for to in (served.own, served.public)]
    await poll_until(
        partial(busy_connections, postgres, served.database), lambda count: count == 2, "both requests"
    )

    seconds = await served.stop()

    assert [(await answer).status_code for answer in answers] == [200, 200]
    assert served.process.returncode == -signal.SIGTERM
    assert seconds < 2 * public_service.SLOW_SECONDS + 2, "the ports wait for their requests at the same time"
    assert b'"event":"service-stopped"' in served.output
    assert not await is_live(served.own)
    assert not await is_live(served.public)


async def test_a_public_port_in_use_ends_the_start_with_one_line(bare_database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with process(bare_database, free_port(), port) as running:
            output, errors = await asyncio.wait_for(running.communicate(), 20)

    assert running.returncode == 2
    assert output == b""
    (line,) = errors.decode().splitlines()
    assert line.startswith(f"The public port 127.0.0.1:{port} cannot be opened: Address already in use. Set ")


def test_the_public_port_is_another_than_the_services_own() -> None:
    url = SecretStr("postgresql://nowhere")

    assert Settings(database_url=url, http_port=0).public_http_port == 0
    with pytest.raises(ValidationError, match="must not be the port ALONGSIDE_HTTP_PORT"):
        Settings(database_url=url, http_port=8105, public_http_port=8105)


def test_both_applications_protect_and_report_their_requests_alike() -> None:
    service = public_service.service(Settings(database_url=SecretStr("postgresql://nowhere")))

    own, public = make_http_app(service, TracerProvider()), make_public_app(service, TracerProvider())

    assert [str(each) for each in public.user_middleware] == [str(each) for each in own.user_middleware]
    assert public.exception_handlers.keys() == own.exception_handlers.keys()
