"""Serves one service over HTTP for the length of a fuzz run, on its own database, with things in it to ask for."""

import asyncio
import importlib
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from alongside_chassis.main import http_server
from alongside_chassis.migrations import upgrade
from alongside_chassis.service import Service
from alongside_chassis.testing import ManualClock, ServiceBench, on_the_bench
from alongside_localstack.postgres.databases import Server
from tests.conftest import PERSON_KEY, SERVICE_TOKEN, SUNDAY_NOON
from tests.polling import poll_until

START_SECONDS_MAX: Final = 60.0
NO_KAFKA: Final = "127.0.0.1:1"
"""An address where no broker is: a generated request may begin a replay, which must reach no broker that runs here."""

Prepare = Callable[[ServiceBench], Awaitable[None]]


@contextmanager
def served(name: str, postgres: Server, prepare: Prepare) -> Iterator[str]:
    """Serve a service with a fixed clock, and yield its address. It runs in a thread of this process."""
    package = f"alongside_{name}"
    database = postgres.create_database()
    upgrade(database.url, package)
    given: Mapping[str, Any] = {"person_key": PERSON_KEY} if name == "intake" else {}
    settings = importlib.import_module(f"{package}.settings").Settings(
        database_url=database.url,
        service_token=SERVICE_TOKEN,
        log_level="ERROR",
        http_port=0,
        kafka=NO_KAFKA,
        **given,
    )
    service: Service = importlib.import_module(f"{package}.app").service(settings)
    running = _Running(service, prepare)
    running.thread.start()
    try:
        yield running.address()
    finally:
        running.stop()


class _Running:
    """A service on the bench, with an HTTP server before it, in a thread with its own event loop."""

    def __init__(self, service: Service, prepare: Prepare) -> None:
        self._service, self._prepare = service, prepare
        self._started = threading.Event()
        self._server: Any = None
        self._error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name=service.name, daemon=True)

    def address(self) -> str:
        """Wait until it answers, and return its address. Raises what kept it from starting."""
        if not self._started.wait(START_SECONDS_MAX):
            raise TimeoutError(f"{self._service.name} did not start in {START_SECONDS_MAX:.0f} s")
        if self._error is not None:
            raise self._error
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        """Stop the server, and wait until its thread has ended."""
        if self._server is not None:
            self._server.should_exit = True
        self.thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001  # raised again where the address is waited for
            self._error = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        async with on_the_bench(self._service, ManualClock(SUNDAY_NOON)) as bench:
            await self._prepare(bench)
            self._server = http_server(bench.app, self._service.settings, lifespan="off")
            serving = asyncio.create_task(self._server.serve())
            await poll_until(self._has_started, bool, "the HTTP server")
            self._started.set()
            await serving

    async def _has_started(self) -> bool:
        return bool(self._server.started)
