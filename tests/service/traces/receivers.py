"""Starts and stops receiver processes, and waits for their effects."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from alongside_localstack.ports import free_port
from alongside_localstack.postgres.databases import Database, Server
from alongside_localstack.settings import inherited_environment

READY_SECONDS_MAX = 20.0
STOP_SECONDS_MAX = 10.0
SPANS_MAX = 50


@dataclass(frozen=True)
class Receiver:
    """A running receiver and its database."""

    url: str
    process: subprocess.Popen[str]
    database: Database


async def until(what: str, check: Callable[[], Awaitable[object]], seconds_max: float = 10.0) -> None:
    """Repeat `check` until its result is true, and return it; fail with `what` at the deadline."""
    deadline = time.monotonic() + seconds_max
    while not await check():
        assert time.monotonic() < deadline, f"waited {seconds_max} s for {what}"
        await asyncio.sleep(0.02)


def start_receiver(database_url: str, port: int) -> subprocess.Popen[str]:
    """Start `python -m alongside_localstack.traces.receiver`, limited to SPANS_MAX spans."""
    asked = {
        "ALONGSIDE_DATABASE_URL": database_url,
        "ALONGSIDE_HTTP_PORT": str(port),
        "ALONGSIDE_SPANS_MAX": str(SPANS_MAX),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "alongside_localstack.traces.receiver"],
        env=inherited_environment() | asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def stop(process: subprocess.Popen[str]) -> str:
    """Send SIGTERM, wait for the end, and return the output."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.communicate(timeout=STOP_SECONDS_MAX)[0]
    finally:
        process.kill()


@asynccontextmanager
async def running_receiver(server: Server) -> AsyncIterator[Receiver]:
    """Run a receiver on a separate database until it is ready, and stop it after the block."""
    database, port = server.create_database(), free_port()
    process = start_receiver(database.url, port)
    url = f"http://127.0.0.1:{port}"

    async def is_ready() -> bool:
        assert process.poll() is None, process.communicate()[0]
        try:
            async with httpx2.AsyncClient() as client:
                return (await client.get(f"{url}/health/ready")).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        await until("the receiver to become ready", is_ready, READY_SECONDS_MAX)
        yield Receiver(url=url, process=process, database=database)
    finally:
        stop(process)
        server.drop_database(database.name)
