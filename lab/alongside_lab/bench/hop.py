"""Measures the hop: one process consumes, validates, writes a row, announces and produces.

Three implementations run alternately on the same records, each with a separate consumer group and database. Each is
measured from its first produced record to its last, so that neither imports nor joining the group count.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import partner_topics
from alongside_contracts.streams import PARTNER_REFERRALS, PARTNER_STATUS
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.flames import record_flames
from alongside_lab.bench.plan import SAMPLED, TRACED, BenchPlan
from alongside_lab.bench.records import hop_records
from alongside_lab.bench.summary_statistics import Statistics, ratio
from alongside_lab.bench.tables import create_tables
from alongside_lab.bench.topic_watcher import Offsets, ProducedRecords, TopicWatcher, watch_topic
from alongside_lab.bench.usage import Usage, cpu_now, memory_mib
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.ports import LOOPBACK, free_port
from alongside_localstack.postgres.databases import Database
from alongside_localstack.settings import inherited_environment
from alongside_localstack.stack import LocalStack
from alongside_localstack.supervisor.child import Child, describe_exit, tail
from alongside_localstack.supervisor.processes import Process

POLL_SECONDS: Final = 0.05
STOP_SECONDS_MAX: Final = 15.0
ReportProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Implementation:
    """One measured configuration: the program, the partner whose records it reads, and its share of sampled traces."""

    name: str
    program: str
    partner: str
    sampled_share: float
    records: int


@dataclass(frozen=True, slots=True)
class HopRun:
    """The result of one run of one implementation."""

    implementation: Implementation
    produced: ProducedRecords
    cpu: Usage
    cpu_records: int
    """The number of records for which `cpu` was spent."""
    memory: Mapping[str, float]


def implementations(plan: BenchPlan) -> list[Implementation]:
    """Return the measured implementations, in their order."""
    records, tutorial_records = plan.hop.records, plan.hop.tutorial_records
    return [
        Implementation("traced", "ours", "hop-traced", TRACED, records),
        Implementation("sampled", "ours", "hop-sampled", SAMPLED, records),
        Implementation("bare_limit", "bare", "hop-sampled", SAMPLED, records),
        Implementation("tutorial", "tutorial", "hop-sampled", SAMPLED, tutorial_records),
    ]


async def measure_hop(plan: BenchPlan, report_progress: ReportProgress) -> dict[str, Any]:
    """Run the implementations alternately on one broker and one PostgreSQL; return the summary's `hop`."""
    measured = implementations(plan)
    async with infrastructure(traces=True, unsafe_fast=False) as stack:
        report_progress(f"hop: {plan.hop.records} records on {stack.broker.kind}")
        await _preload(stack, plan)
        await _run_once(stack, measured[2], 0, plan)  # not counted: a new broker and server are slow at first
        runs: list[HopRun] = []
        for number in range(1, plan.hop.repeats + 1):
            for implementation in _rotate(measured, number):
                runs.append(await _run_once(stack, implementation, number, plan))
                report_progress(
                    f"hop {number}/{plan.hop.repeats} {implementation.name}: {runs[-1].produced.per_second:,.0f}/s"
                )
    return summary(runs) | {"broker": stack.broker.kind, "records": plan.hop.records}


def summary(runs: Sequence[HopRun]) -> dict[str, Any]:
    """Return medians by implementation, their ratios, and the cost per record by component."""
    runs_by_name: dict[str, list[HopRun]] = {}
    for run in runs:
        runs_by_name.setdefault(run.implementation.name, []).append(run)
    rates = {
        name: Statistics(tuple(run.produced.per_second for run in repeats))
        for name, repeats in runs_by_name.items()
    }
    medians = {name: round(statistics.median, 1) for name, statistics in rates.items()}
    bare, tutorial = medians.get("bare_limit", 0.0), medians.get("tutorial", 0.0)
    return {
        "rate_traced": medians.get("traced"),
        "rate_sampled": medians.get("sampled"),
        "bare_limit_rate": medians.get("bare_limit"),
        "tutorial_rate": medians.get("tutorial"),
        "traced_to_bare_limit": ratio(medians.get("traced", 0.0), bare),
        "sampled_to_bare_limit": ratio(medians.get("sampled", 0.0), bare),
        "sampled_to_tutorial": ratio(medians.get("sampled", 0.0), tutorial),
        "spread": {name: statistics.as_json() for name, statistics in rates.items()},
        "cpu_us_per_record": {name: _median_cost(repeats) for name, repeats in runs_by_name.items()},
        "memory_mib": {name: dict(repeats[-1].memory) for name, repeats in runs_by_name.items()},
    }


def _rotate(measured: Sequence[Implementation], number: int) -> list[Implementation]:
    """Rotate the order in each round, so that no implementation always runs after the same other one."""
    first = (number - 1) % len(measured)
    return [*measured[first:], *measured[:first]]


def _median_cost(repeats: Sequence[HopRun]) -> dict[str, int]:
    """Return the cost per record of the run with the median total."""
    costs = sorted((run.cpu.us_per_item(run.cpu_records) for run in repeats), key=lambda cost: cost["total"])
    return costs[(len(costs) - 1) // 2]


async def _preload(stack: LocalStack, plan: BenchPlan) -> None:
    """Send the same submissions to both topics: all traces sampled on one, one in a hundred on the other."""
    now = SystemClock().now()
    producer = AIOKafkaProducer(**stack.kafka.options(), enable_idempotence=True, acks="all", linger_ms=5)
    await stack.create_topics(
        topic for partner in ("hop-traced", "hop-sampled") for topic in partner_topics(partner)
    )
    await producer.start()
    try:
        for partner, sampled_share in (("hop-traced", TRACED), ("hop-sampled", SAMPLED)):
            sends = [
                await producer.send(record.topic, record.value, record.key, headers=record.headers)
                for record in hop_records(
                    partner,
                    plan.hop.records,
                    seed=plan.seed,
                    now=now,
                    sampled_share=sampled_share,
                )
            ]
            await asyncio.gather(*sends)
    finally:
        await producer.stop()


async def _run_once(
    stack: LocalStack, implementation: Implementation, number: int, plan: BenchPlan
) -> HopRun:
    name = f"hop-{implementation.name.replace('_', '-')}-{number}"
    topic = PARTNER_STATUS.topic(implementation.partner)
    async with (
        _database(stack) as database,
        watch_topic(stack.kafka, topic, PARTNER_STATUS.partitions) as produced,
    ):
        begin = await produced.end_offsets()
        async with _run_process(stack, implementation, name, database) as child:
            wait = partial(_wait_for, produced, begin, implementation, child, plan.hop.seconds_max)
            pids = _pids(stack) | {"peer": child.pid}
            produced_before, cpu_before = await wait(1), cpu_now(pids)
            flame_pids = {name: child.pid} if implementation.program == "ours" else {}
            async with record_flames(plan.flames, flame_pids):
                await wait(implementation.records)
                cpu = cpu_now(pids).since(cpu_before)
            memory = memory_mib(pids)
        await asyncio.to_thread(_check_rows, stack, database, implementation)
        records = await produced.read_since(begin, implementation.records)
    cpu_records = max(implementation.records - produced_before, 1)
    return _check_distinct(HopRun(implementation, records, cpu, cpu_records, memory))


async def _wait_for(  # noqa: PLR0917  # all but the last are given once, by partial
    produced: TopicWatcher,
    begin: Offsets,
    implementation: Implementation,
    child: Child,
    seconds_max: float,
    count: int,
) -> int:
    """Wait until `count` records are produced; return the number produced by then. Raises BenchFailed."""
    produced_count = 0
    try:
        async with asyncio.timeout(seconds_max):
            while produced_count < count:
                await asyncio.sleep(POLL_SECONDS)
                if child.exit_code is not None:
                    raise BenchFailed(
                        f"{implementation.name} {describe_exit(child.exit_code)}.", log_tail=tail(child.log)
                    )
                produced_count = await produced.count_since(begin)
    except TimeoutError:
        raise BenchFailed(
            f"{implementation.name} produced {produced_count} of {implementation.records} records in {seconds_max:g} s.",
            log_tail=tail(child.log),
        ) from None
    return produced_count


def _check_distinct(run: HopRun) -> HopRun:
    """Return the run. Raises BenchFailed when records were repeated."""
    if run.produced.distinct < run.implementation.records:
        repeated = run.implementation.records - run.produced.distinct
        raise BenchFailed(
            f"{run.implementation.name} repeated {repeated} of {run.implementation.records} records."
        )
    return run


def _check_rows(stack: LocalStack, database: Database, implementation: Implementation) -> None:
    """Raise BenchFailed when there are fewer rows than records; the tutorial may write more before it stops."""
    with stack.postgres.connection(database.name) as connection:
        row = connection.execute("select count(*) from hop").fetchone()
    if row is None or row[0] < implementation.records:
        raise BenchFailed(f"{implementation.name} stored {row} of {implementation.records} rows.")


@asynccontextmanager
async def _database(stack: LocalStack) -> AsyncIterator[Database]:
    server = stack.postgres
    database = await asyncio.to_thread(server.create_database)
    try:
        await asyncio.to_thread(create_tables, database.url)
        yield database
    finally:
        await asyncio.to_thread(server.drop_database, database.name)


@asynccontextmanager
async def _run_process(
    stack: LocalStack, implementation: Implementation, name: str, database: Database
) -> AsyncIterator[Child]:
    program = Process(
        name=name,
        argv=(sys.executable, "-m", f"alongside_lab.bench.implementations.{implementation.program}"),
        env=_environment(stack, implementation, name, database),
    )
    child = await Child.start(
        program, log=stack.state.logs / f"{name}.log", environment=inherited_environment()
    )
    try:
        yield child
    finally:
        await child.stop(signal.SIGTERM, STOP_SECONDS_MAX)


def _environment(
    stack: LocalStack, implementation: Implementation, name: str, database: Database
) -> dict[str, str]:
    env = {
        "DATABASE_URL": database.url,
        "KAFKA": stack.bootstrap,
        "HTTP_HOST": LOOPBACK,
        "HTTP_PORT": str(free_port()),
        "OTLP_ENDPOINT": stack.url("traces"),
        "TRACE_SAMPLE_RATIO": str(implementation.sampled_share),
        "HOP_NAME": name,
        "HOP_FROM": PARTNER_REFERRALS.topic(implementation.partner),
        "HOP_TO": PARTNER_STATUS.topic(implementation.partner),
        "HOP_PARTNER": implementation.partner,
    }
    return {f"ALONGSIDE_{key}": value for key, value in env.items()}


def _pids(stack: LocalStack) -> dict[str, int]:
    """Return the pids of broker, PostgreSQL and span store; external servers have none."""
    return {status.name: status.pid for status in stack.status() if status.pid is not None}
