"""Runs one demonstration from an empty network to the evaluation, without user input."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, open_network
from alongside_contracts.access import rules_for
from alongside_localstack.demo.evaluation import Observations, SentRecord, Summary, evaluate, is_settled
from alongside_localstack.demo.observer import Observer
from alongside_localstack.demo.partner_client import (
    PartnerInbox,
    PartnerPublisher,
    open_inboxes,
    open_publishers,
)
from alongside_localstack.demo.stack_memory import StackMemory, measure_memory
from alongside_localstack.demo.targets import Targets
from alongside_localstack.sample.loading import load_contact_routes, load_partners
from alongside_localstack.sample.partners import demo_partners
from alongside_localstack.sample.script import DemoScript, make_script
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder

POLL_SECONDS: Final = 0.5
TRACE_SECONDS_MAX: Final = 10.0
DECLINE_ONE_IN: Final = 5
PARTNERS: Final = tuple(partner.id for partner in demo_partners())
ReportProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of a demonstration. `kill` names a process to kill with SIGKILL during the run."""

    referrals: int = 30
    seed: int = 7
    kill: str | None = None
    settle_seconds_max: float = 120.0
    secured: bool = False
    """Whether Kafka requires log-in: each service and each partner is a user with its own rights."""
    brokers: int = 1


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The result of a demonstration. `seconds` counts from when the network was ready."""

    observations: Observations
    summary: Summary
    seconds: float
    broker: str
    edges: Mapping[str, frozenset[tuple[str, str]]]
    """Direct calls between services in the traces of each admitted referral."""
    memory: StackMemory | None
    """The stack's memory at the end, while everything still ran; None where the system does not report it."""


async def demonstrate(
    settings: StackSettings, options: DemoOptions, report_progress: ReportProgress
) -> DemoResult:
    """Start a separate network, send the script's records, evaluate the result, and stop the network.

    Raises CommandError when the network cannot be started.
    """
    state = StateFolder(settings.state / "demo")
    state.remove()
    demo_script = make_script(run="demo", count=options.referrals, seed=options.seed, now=SystemClock().now())
    stack = LocalStack(
        state,
        settings=settings,
        plan=Plan(
            usual_ports=False,
            kafka_nodes=options.brokers,
            rules=rules_for(PARTNERS) if options.secured else None,
        ),
        topics=topics_of(PARTNERS),
        report_progress=report_progress,
    )
    report_progress("starting broker, PostgreSQL, mail sink, span store and five services")
    async with stack:
        report_progress(f"ready on {stack.broker.kind}")
        return await _run_script(stack, demo_script, options, report_progress)


async def _run_script(
    stack: LocalStack, demo_script: DemoScript, options: DemoOptions, report_progress: ReportProgress
) -> DemoResult:
    began = time.monotonic()
    async with (
        open_network(stack.addresses(), service_token=stack.service_token) as network,
        open_inboxes(stack.kafka_as, PARTNERS) as inboxes,
        open_publishers(stack.kafka_as, PARTNERS, stack.url("traces")) as publishers,
        _run_targets(network),
    ):
        await load_partners(network, demo_partners(), report_progress)
        await _load_people(network, demo_script)
        sent_records: list[SentRecord] = []
        observer = Observer(network, inboxes, sent_records)
        killing = asyncio.create_task(
            _kill_midway(stack, options.kill, sent_records, inboxes, report_progress)
        )
        try:
            await _send(demo_script, publishers, sent_records, report_progress)
            await killing
            await _wait_until_settled(observer, options.settle_seconds_max, report_progress)
        finally:
            killing.cancel()
        observed = await _observe(observer, publishers)
        memory = await _measure_memory(stack)
    observations = replace(observed, killed=options.kill)
    seconds = time.monotonic() - began
    return DemoResult(
        observations, evaluate(observations), seconds, stack.broker.kind, observer.edges, memory
    )


async def _observe(observer: Observer, publishers: Mapping[str, PartnerPublisher]) -> Observations:
    """Export the partners' spans, then collect all observations."""
    for publisher in publishers.values():
        await asyncio.to_thread(publisher.tracing.force_flush)
    return await observer.collect_all(trace_seconds_max=TRACE_SECONDS_MAX)


async def _measure_memory(stack: LocalStack) -> StackMemory | None:
    pids = {status.name: status.pid for status in stack.status() if status.pid is not None}
    return await asyncio.to_thread(measure_memory, pids)


async def _load_people(network: Network, demo_script: DemoScript) -> None:
    """Store a contact route for each person of the script."""
    people = [
        (scripted.partner, scripted.person_reference)
        for scripted in demo_script.records
        if scripted.person_reference is not None
    ]
    await load_contact_routes(network, people)


async def _send(
    demo_script: DemoScript,
    publishers: Mapping[str, PartnerPublisher],
    sent_records: list[SentRecord],
    report_progress: ReportProgress,
) -> None:
    """Publish the script's records in order, each as its partner."""
    clock = SystemClock()
    for scripted in demo_script.records:
        position = await publishers[scripted.partner.id].publish(scripted.record(clock.now()))
        sent_records.append(
            SentRecord(
                scripted.partner.id, position, scripted.expected, scripted.event.reference, scripted.stops
            )
        )
    report_progress(f"{len(sent_records)} records published by {len(publishers)} partners")


async def _wait_until_settled(
    observer: Observer, settle_seconds_max: float, report_progress: ReportProgress
) -> None:
    """Wait until the network has settled, at most `settle_seconds_max`; the evaluation reports what is missing."""
    deadline = time.monotonic() + settle_seconds_max
    while time.monotonic() < deadline:
        observations = await observer.collect_progress()
        summary = evaluate(observations)
        report_progress(
            f"matched {summary.matched} of {summary.admitted}, loops closed {summary.closed}, notices delivered {summary.notified}"
        )
        if is_settled(observations):
            return
        await asyncio.sleep(POLL_SECONDS)


async def _kill_midway(
    stack: LocalStack,
    service: str | None,
    sent_records: Sequence[SentRecord],
    inboxes: Mapping[str, PartnerInbox],
    report_progress: ReportProgress,
) -> None:
    """Kill a process with SIGKILL after the first answers have arrived."""
    if service is None:
        return
    while not sent_records or not any(inbox.answers for inbox in inboxes.values()):  # noqa: ASYNC110  (no event to wait for)
        await asyncio.sleep(0.02)
    stack.service(service).kill()
    report_progress(f"killed {service} with SIGKILL; the supervisor restarts it")


@asynccontextmanager
async def _run_targets(network: Network) -> AsyncIterator[None]:
    """Let simulated targets answer for as long as the block lasts; raise their failure at its end."""
    answering = asyncio.create_task(Targets(network, decline_one_in=DECLINE_ONE_IN).run())
    try:
        yield
        if answering.done():
            answering.result()
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
