"""Runs the services of one checkout, on a stack that both checkouts of a comparison use alternately.

Each checkout has template databases, migrated and filled once by its services. A run uses copies of them and empty
topics, so that runs do not affect each other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from alongside_cli.network import Network, open_network
from alongside_lab.bench.against.checkouts import Checkout, environment, shipped_policies
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.usage import Usage, backends_cpu_now, cpu_now
from alongside_lab.bench.whole.network_benchmark import write_policies_without_norms
from alongside_localstack import parts
from alongside_localstack.ports import LOOPBACK, free_ports
from alongside_localstack.postgres.databases import Database
from alongside_localstack.service_env import ServiceEnv
from alongside_localstack.stack import LocalStack
from alongside_localstack.supervisor.processes import Process
from alongside_localstack.supervisor.supervisor import Supervisor

POSTGRES: Final = "postgresql"
IDLE_POLL_SECONDS: Final = 0.4
IDLE_SHARE: Final = 0.15
"""The services are idle when they used less than this share of one core between two polls."""
IDLE_SECONDS_MAX: Final = 30.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunningServices:
    """The running services of one checkout; `roles` are their PostgreSQL roles."""

    supervisor: Supervisor
    urls: Mapping[str, str]
    roles: Sequence[str]
    postgres: int

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` to its end. Raises StartFailed when a service ends first."""
        working = asyncio.ensure_future(work)
        failing = asyncio.create_task(self.supervisor.wait_for_failure())
        try:
            await asyncio.wait({working, failing}, return_when=asyncio.FIRST_COMPLETED)
            if failing.done():
                raise failing.result()
            return working.result()
        finally:
            working.cancel()
            failing.cancel()
            await asyncio.gather(working, failing, return_exceptions=True)

    async def usage_when_idle(self) -> Usage:
        """Wait until the services are idle and return their processor time so far. Raises BenchFailed."""
        before = self._current_usage()
        for _ in range(int(IDLE_SECONDS_MAX / IDLE_POLL_SECONDS)):
            await asyncio.sleep(IDLE_POLL_SECONDS)
            now = self._current_usage()
            if now.since(before).total < IDLE_SHARE * IDLE_POLL_SECONDS:
                return now
            before = now
        raise BenchFailed(f"The services were still busy {IDLE_SECONDS_MAX:g} s after their last answer.")

    def _current_usage(self) -> Usage:
        pids = {each.name: each.pid for each in self.supervisor.status() if each.pid is not None}
        return Usage({**cpu_now(pids).seconds, POSTGRES: backends_cpu_now(self.postgres, self.roles)})


class CheckoutRunner:
    """Runs one checkout on the shared stack."""

    def __init__(self, checkout: Checkout, stack: LocalStack) -> None:
        self.checkout = checkout
        self._stack = stack
        self._templates: dict[str, Database] = {}
        self._policies = stack.state.root / f"policies-{checkout.name}.json"

    async def prepare(
        self, services: Sequence[str], fill: Callable[[Network], Awaitable[None]] | None = None
    ) -> None:
        """Create and migrate the template databases of these services, and fill them over HTTP with `fill`."""
        services = self._available(services)
        write_policies_without_norms(await asyncio.to_thread(shipped_policies, self.checkout), self._policies)
        server = self._stack.postgres
        for service in services:
            name = f"{self.checkout.name}_{service}"
            self._templates[service] = await asyncio.to_thread(server.create_database, name)
        await self._migrate(services)
        if fill is not None:
            async with self._running(self._templates) as running:
                await running.finish(self._fill(running, fill))
                await running.usage_when_idle()

    @asynccontextmanager
    async def run(self, services: Sequence[str]) -> AsyncIterator[RunningServices]:
        """Run the services on copies of their template databases, and drop the copies afterwards."""
        server, services = self._stack.postgres, self._available(services)
        copies = {
            service: await asyncio.to_thread(server.clone, self._templates[service]) for service in services
        }
        try:
            async with self._running(copies) as running:
                yield running
        finally:
            for copy in copies.values():
                await asyncio.to_thread(server.drop_database, copy.name)

    def _available(self, services: Sequence[str]) -> list[str]:
        """Return the services that this checkout has: the old one may lack a newer service."""
        return [service for service in services if (self.checkout.root / "services" / service).is_dir()]

    async def _fill(self, running: RunningServices, fill: Callable[[Network], Awaitable[None]]) -> None:
        async with open_network(running.urls, service_token=self._stack.service_token) as network:
            await fill(network)

    async def _migrate(self, services: Sequence[str]) -> None:
        environments = self._environments({service: self._templates[service] for service in services})
        nodes = [
            self._with_checkout(parts.migration(service, env), service, "migrate")
            for service, env in environments.items()
        ]
        async with self._supervised(nodes):
            pass  # every migration has succeeded by now

    @asynccontextmanager
    async def _running(self, databases: Mapping[str, Database]) -> AsyncIterator[RunningServices]:
        environments = self._environments(databases)
        nodes = [
            self._with_checkout(parts.service_instance(service, service, env, after=()), service)
            for service, env in environments.items()
        ]
        async with self._supervised(nodes) as supervisor:
            yield RunningServices(
                supervisor,
                {service: _url(env) for service, env in environments.items()},
                [database.role for database in databases.values()],
                _postgres_pid(self._stack),
            )

    @asynccontextmanager
    async def _supervised(self, nodes: Sequence[Process]) -> AsyncIterator[Supervisor]:
        logs = self._stack.state.logs / self.checkout.name
        supervisor = Supervisor(logs, environment=environment())
        supervisor.add(*nodes)
        try:
            await supervisor.start()
            yield supervisor
        finally:
            await supervisor.stop()

    def _with_checkout(self, program: Process, service: str, *arguments: str) -> Process:
        """Return the program of this checkout, without restarts: a run with a crash would not be valid."""
        argv = (str(self.checkout.python), "-m", f"alongside_{service}", *arguments)
        return replace(program, argv=argv, cwd=self.checkout.root, after=(), restart=None)

    def _environments(self, databases: Mapping[str, Database]) -> dict[str, dict[str, str]]:
        ports = dict(zip(databases, free_ports(len(databases)), strict=True))
        urls = {service: f"http://{LOOPBACK}:{port}" for service, port in ports.items()}
        return {
            service: self._environment(service, database, ports[service], urls)
            for service, database in databases.items()
        }

    def _environment(
        self, service: str, database: Database, port: int, urls: Mapping[str, str]
    ) -> dict[str, str]:
        stack = self._stack
        env = ServiceEnv(
            service=service,
            database=database,
            kafka=stack.kafka,
            port=port,
            otlp_endpoint=stack.url("traces"),
            instance_id="",  # no static member: the next run must not wait for its session to end
            service_token=stack.service_token,
            person_key=stack.state.key("person-key"),
            smtp_port=stack.mail.smtp_port,
            urls=urls,
        )
        return env.variables() | {"ALONGSIDE_MATCHING_POLICY_FILE": str(self._policies)}


def _url(env: Mapping[str, str]) -> str:
    return f"http://{LOOPBACK}:{env['ALONGSIDE_HTTP_PORT']}"


def _postgres_pid(stack: LocalStack) -> int:
    """Return the pid of the PostgreSQL server. Raises BenchFailed when it has ended."""
    pid = next(status.pid for status in stack.status() if status.name == parts.POSTGRES)
    if pid is None:
        raise BenchFailed("PostgreSQL ended during the comparison.", remedy="run the comparison again.")
    return pid
