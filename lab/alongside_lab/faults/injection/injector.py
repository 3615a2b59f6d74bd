"""Injects the faults of a script into a running stack, and records their actual effects."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import asyncpg

from alongside_chassis.database import UNANSWERED
from alongside_cli.errors import CommandError, NotRunning
from alongside_contracts.services import SERVICES
from alongside_lab.faults.injection.clocks import FakeClocks
from alongside_lab.faults.injection.disk import OutboxDisk, shrink_outboxes
from alongside_lab.faults.injection.proxy import FaultProxy
from alongside_lab.faults.storm import Fault, FaultKind
from alongside_localstack.process_handle import ProcessHandle
from alongside_localstack.stack import LocalStack
from alongside_localstack.supervisor.process_groups import signal_group
from alongside_localstack.supervisor.processes import Event, State, StateChange

LATENCY_SECONDS: Final = 0.2
BURST_PAUSE_SECONDS: Final = 0.3
MID_RELAY_SECONDS_MAX: Final = 6.0
"""How long to wait for a row in the outbox before killing anyway."""
REVIVE_PAUSE_SECONDS: Final = 1.0
READY_SECONDS_MAX: Final = 300.0
_COUNT_OUTBOX_ROWS: Final = "select count(*) from outbox"


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """The effect of one fault; `what` describes it, or why there was none."""

    fault: Fault
    at_seconds: float
    what: str
    kills: int = 0


@dataclass(slots=True)
class FaultDevices:
    """The means to cause faults. `missed` gives, for each kind that is impossible here, the reason."""

    stack: LocalStack
    proxies: Mapping[str, Sequence[FaultProxy]]
    """By network: one proxy for PostgreSQL, one for each broker."""
    disk: OutboxDisk | None
    clocks: FakeClocks | None
    missed: Mapping[FaultKind, str] = field(default_factory=dict)

    @property
    def essential(self) -> tuple[str, ...]:
        """The processes that must run at the end; additional instances may fail to start."""
        return ("postgres", *self.stack.broker.serving, *SERVICES)

    @property
    def possible(self) -> tuple[FaultKind, ...]:
        """The kinds of faults that are possible here."""
        return tuple(kind for kind in FaultKind if kind not in self.missed)


class FaultInjector:
    """Runs one script. Every fault is undone before `run` returns, also after an error."""

    def __init__(self, devices: FaultDevices, report_progress: Callable[[str], None]) -> None:
        self._devices, self._report_progress = devices, report_progress
        self.injected: list[InjectedFault] = []
        self.given_up: list[str] = []
        """Processes that the supervisor no longer restarted, and that were started again here."""
        self._paused: dict[int, str] = {}
        self._latency_users: dict[str, int] = {}
        self._reviving: set[asyncio.Task[None]] = set()
        self._idle_instances: dict[str, list[ProcessHandle]] = {service: [] for service in SERVICES}

    @property
    def kills(self) -> int:
        """The number of processes killed with SIGKILL."""
        return sum(injected.kills for injected in self.injected)

    async def run(self, script: Sequence[Fault]) -> None:
        """Inject the faults at their times; return when all are undone and every essential process is ready."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        unsubscribe = self._devices.stack.subscribe(self._revive)
        try:
            async with asyncio.TaskGroup() as injections:
                for fault in script:
                    await asyncio.sleep(max(0.0, began + fault.at_seconds - loop.time()))
                    injections.create_task(self._inject(fault, loop.time() - began))
            await self._wait_until_all_ready()
        finally:
            self._undo()
            unsubscribe()

    async def _inject(self, fault: Fault, at_seconds: float) -> None:
        actions: Mapping[FaultKind, Callable[[Fault], Awaitable[tuple[str, int]]]] = {
            FaultKind.KILL: self._kill,
            FaultKind.KILL_BURST: self._kill_burst,
            FaultKind.KILL_MID_RELAY: self._kill_mid_relay,
            FaultKind.KILL_POSTGRES: lambda _: self._kill_one("postgres"),
            FaultKind.KILL_KAFKA: self._kill,
            FaultKind.PAUSE: self._pause,
            FaultKind.PAUSE_KAFKA: self._pause,
            FaultKind.JOIN: self._join,
            FaultKind.RESET: self._reset,
            FaultKind.LATENCY: self._delay,
            FaultKind.BLACK_HOLE: self._block,
            FaultKind.DISK_FULL: self._fill_disk,
            FaultKind.CLOCK_JUMP: self._change_clock,
        }
        self._report_progress(f"{at_seconds:6.1f} s  {fault.kind} {fault.target}".rstrip())
        try:
            what, kills = await actions[fault.kind](fault)
        except CommandError as error:
            what, kills = f"missed: {error.problem}", 0
        self.injected.append(InjectedFault(fault, round(at_seconds, 2), what, kills))

    async def _kill(self, fault: Fault) -> tuple[str, int]:
        return await self._kill_one(fault.target)

    async def _kill_one(self, name: str) -> tuple[str, int]:
        pid = self._devices.stack.service(name).kill()
        return f"killed {name} (pid {pid})", 1

    async def _kill_burst(self, _fault: Fault) -> tuple[str, int]:
        """Kill every service, one right after the other."""
        killed_services = []
        for service in SERVICES:
            with contextlib.suppress(NotRunning):
                self._devices.stack.service(service).kill()
                killed_services.append(service)
            await asyncio.sleep(BURST_PAUSE_SECONDS)
        return f"killed {', '.join(killed_services)}", len(killed_services)

    async def _kill_mid_relay(self, fault: Fault) -> tuple[str, int]:
        """Kill a service while its relay works: before the publish, during it, or before the delete.

        Latency keeps a row in the outbox for about a second; `seconds` selects the moment.
        """
        with self._latency("kafka"), self._latency("postgres"):
            rows = await self._wait_for_outbox_rows(fault.target)
            await asyncio.sleep(fault.seconds)
            _, kills = await self._kill_one(fault.target)
        return f"killed {fault.target} {fault.seconds:g} s after {rows} rows were in its outbox", kills

    async def _wait_for_outbox_rows(self, service: str) -> int:
        """Wait for outbox rows and return their number; 0 when it stays empty, or PostgreSQL does not answer."""
        with contextlib.suppress(*UNANSWERED):
            async with asyncio.timeout(MID_RELAY_SECONDS_MAX):
                conn = await asyncpg.connect(self._devices.stack.database(service).url)
                try:
                    while not (rows := int(await conn.fetchval(_COUNT_OUTBOX_ROWS))):  # noqa: ASYNC110  (a database sets no event)
                        await asyncio.sleep(0.01)
                    return rows
                finally:
                    conn.terminate()
        return 0

    async def _pause(self, fault: Fault) -> tuple[str, int]:
        """Stop a process with SIGSTOP for longer than its session: it loses its partitions, then continues."""
        pid = self._devices.stack.service(fault.target).kill(signal.SIGSTOP)
        self._paused[pid] = fault.target
        await asyncio.sleep(fault.seconds)
        self._continue(pid)
        return f"stopped {fault.target} (pid {pid}) for {fault.seconds:g} s", 0

    def _continue(self, pid: int) -> None:
        if self._paused.pop(pid, None) is not None and _is_group_leader(pid):
            signal_group(pid, signal.SIGCONT)

    async def _join(self, fault: Fault) -> tuple[str, int]:
        """Start a second and a third instance, then stop both; stopped instances are reused."""
        instances = []
        for _ in range(2):
            instance = await self._start_one_more(fault.target)
            instances.append(instance)
            await asyncio.sleep(fault.seconds / 3)
        for instance in instances:
            await instance.stop()
            self._idle_instances[fault.target].append(instance)
            await asyncio.sleep(fault.seconds / 6)
        return f"{' and '.join(instance.name for instance in instances)} were started and stopped", 0

    async def _start_one_more(self, service: str) -> ProcessHandle:
        idle = self._idle_instances[service]
        if not idle:
            return await self._devices.stack.join(service)
        instance = idle.pop()
        await instance.start()
        return instance

    async def _reset(self, fault: Fault) -> tuple[str, int]:
        count = sum(proxy.reset_all() for proxy in self._devices.proxies[fault.target])
        return f"reset {count} connections to {fault.target}", 0

    async def _delay(self, fault: Fault) -> tuple[str, int]:
        with self._latency(fault.target):
            await asyncio.sleep(fault.seconds)
        return f"{LATENCY_SECONDS:g} s to and from {fault.target} for {fault.seconds:g} s", 0

    @contextlib.contextmanager
    def _latency(self, network: str) -> Any:
        """Add latency while at least one fault needs it."""
        self._latency_users[network] = self._latency_users.get(network, 0) + 1
        self._apply_latency(network)
        try:
            yield
        finally:
            self._latency_users[network] -= 1
            self._apply_latency(network)

    def _apply_latency(self, network: str) -> None:
        for proxy in self._devices.proxies[network]:
            proxy.latency_seconds = LATENCY_SECONDS if self._latency_users[network] else 0.0

    async def _block(self, fault: Fault) -> tuple[str, int]:
        proxies = self._devices.proxies[fault.target]
        for proxy in proxies:
            proxy.black_hole()
        await asyncio.sleep(fault.seconds)
        for proxy in proxies:
            proxy.resume()
        return f"nothing reached {fault.target} for {fault.seconds:g} s", 0

    async def _fill_disk(self, fault: Fault) -> tuple[str, int]:
        disk = self._devices.disk
        if disk is None:
            return "missed: the outboxes have no separate disk", 0
        await asyncio.to_thread(shrink_outboxes, self._devices.stack.postgres, SERVICES)
        ballast_bytes = await asyncio.to_thread(disk.fill)
        await asyncio.sleep(fault.seconds)
        await asyncio.to_thread(disk.empty)
        return f"the outboxes' disk was full for {fault.seconds:g} s ({ballast_bytes} bytes of ballast)", 0

    async def _change_clock(self, fault: Fault) -> tuple[str, int]:
        clocks = self._devices.clocks
        if clocks is None:
            return "missed: clocks cannot be changed here", 0
        clocks.set_offset(fault.target, fault.shift_seconds)
        await asyncio.sleep(fault.seconds)
        clocks.set_offset(fault.target, 0)
        return f"{fault.target}'s clock was {fault.shift_seconds:+d} s off for {fault.seconds:g} s", 0

    def _revive(self, event: Event) -> None:
        """Start an essential process again after the supervisor stopped restarting it."""
        if (
            isinstance(event, StateChange)
            and event.state is State.FAILED
            and event.name in self._devices.essential
        ):
            self.given_up.append(f"{event.name} {event.detail}")
            task = asyncio.create_task(self._start_again(event.name))
            self._reviving.add(task)
            task.add_done_callback(self._reviving.discard)

    async def _start_again(self, name: str) -> None:
        await asyncio.sleep(REVIVE_PAUSE_SECONDS)
        with contextlib.suppress(CommandError):  # it becomes FAILED again, and this method is called again
            await self._devices.stack.service(name).start()

    async def _wait_until_all_ready(self) -> None:
        """Wait until every essential process is ready."""
        async with asyncio.timeout(READY_SECONDS_MAX):
            for name in self._devices.essential:
                while self._devices.stack.service(name).status.state is not State.READY:  # noqa: ASYNC110  (polled)
                    await asyncio.sleep(0.1)

    def _undo(self) -> None:
        for pid in list(self._paused):
            self._continue(pid)
        for proxy in chain.from_iterable(self._devices.proxies.values()):
            proxy.latency_seconds = 0.0
            proxy.resume()
        if self._devices.clocks is not None:
            for service in SERVICES:
                self._devices.clocks.set_offset(service, 0)
        if self._devices.disk is not None:
            self._devices.disk.empty()
        for task in self._reviving:
            task.cancel()


def _is_group_leader(pid: int) -> bool:
    """Return whether the pid is (still) the leader of a process group, as every process of a stack is."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
