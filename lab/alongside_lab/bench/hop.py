"""The hop alone: one process consumes, validates, writes a row, announces and produces; three peers take turns.

Every peer reads the very same records, in a consumer group and a database of its own, and is measured from its first
produced record to its last, so that neither imports nor joining the group count.
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
from alongside_lab.bench.flames import flames
from alongside_lab.bench.outputs import Marks, Outputs, Produced, outputs
from alongside_lab.bench.plan import SAMPLED, TRACED, BenchPlan
from alongside_lab.bench.records import hop_records
from alongside_lab.bench.spread import Spread, ratio
from alongside_lab.bench.tables import create_tables
from alongside_lab.bench.usage import Usage, cpu_now, memory_mib
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.ports import LOOPBACK, free_port
from alongside_localstack.postgres.databases import Database
from alongside_localstack.settings import inherited_environment
from alongside_localstack.stack import LocalStack
from alongside_localstack.supervisor.child import Child, tail, told_exit
from alongside_localstack.supervisor.processes import Process

LOOK_SECONDS: Final = 0.05
STOP_SECONDS_MAX: Final = 15.0
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Peer:
    """Who takes a turn: the program, the partner whose records it reads, and the share of traces it keeps."""

    name: str
    program: str
    partner: str
    kept: float
    records: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one peer."""

    peer: Peer
    produced: Produced
    cpu: Usage
    counted: int
    """How many records the processor seconds were spent on."""
    memory: Mapping[str, float]


def peers(plan: BenchPlan) -> list[Peer]:
    """Everybody who takes turns, in their order."""
    many, few = plan.hop.records, plan.hop.tutorial_records
    return [
        Peer("traced", "ours", "hop-traced", TRACED, many),
        Peer("sampled", "ours", "hop-sampled", SAMPLED, many),
        Peer("bare_limit", "bare", "hop-sampled", SAMPLED, many),
        Peer("tutorial", "tutorial", "hop-sampled", SAMPLED, few),
    ]


async def measure_hop(plan: BenchPlan, tell: Tell) -> dict[str, Any]:
    """Let the peers take turns on one broker and one PostgreSQL; the `hop` of the summary."""
    taking = peers(plan)
    async with infrastructure(traces=True, unsafe_fast=False) as stack:
        tell(f"hop: {plan.hop.records} records on {stack.broker.kind}")
        await _preload(stack, plan)
        await _turn(stack, taking[2], 0, plan)  # a broker and a server just started are slow for a moment
        turns: list[Turn] = []
        for number in range(1, plan.hop.repeats + 1):
            for peer in _in_turn(taking, number):
                turns.append(await _turn(stack, peer, number, plan))
                tell(f"hop {number}/{plan.hop.repeats} {peer.name}: {turns[-1].produced.per_second:,.0f}/s")
    return summary(turns) | {"broker": stack.broker.kind, "records": plan.hop.records}


def summary(turns: Sequence[Turn]) -> dict[str, Any]:
    """Medians by peer, how they compare, and what each record cost whom."""
    by_peer: dict[str, list[Turn]] = {}
    for turn in turns:
        by_peer.setdefault(turn.peer.name, []).append(turn)
    rates = {
        name: Spread(tuple(turn.produced.per_second for turn in taken)) for name, taken in by_peer.items()
    }
    found = {name: round(spread.median, 1) for name, spread in rates.items()}
    bare, tutorial = found.get("bare_limit", 0.0), found.get("tutorial", 0.0)
    return {
        "rate_traced": found.get("traced"),
        "rate_sampled": found.get("sampled"),
        "bare_limit_rate": found.get("bare_limit"),
        "tutorial_rate": found.get("tutorial"),
        "traced_to_bare_limit": ratio(found.get("traced", 0.0), bare),
        "sampled_to_bare_limit": ratio(found.get("sampled", 0.0), bare),
        "sampled_to_tutorial": ratio(found.get("sampled", 0.0), tutorial),
        "spread": {name: spread.as_json() for name, spread in rates.items()},
        "cpu_us_per_record": {name: _middle_cost(taken) for name, taken in by_peer.items()},
        "memory_mib": {name: dict(taken[-1].memory) for name, taken in by_peer.items()},
    }


def _in_turn(taking: Sequence[Peer], number: int) -> list[Peer]:
    """Somebody else begins each round, so that nobody is always measured beside the same neighbour."""
    begins = (number - 1) % len(taking)
    return [*taking[begins:], *taking[:begins]]


def _middle_cost(taken: Sequence[Turn]) -> dict[str, int]:
    """The cost of the turn whose total is the middle one."""
    costs = sorted((turn.cpu.us_each(turn.counted) for turn in taken), key=lambda cost: cost["total"])
    return costs[(len(costs) - 1) // 2]


async def _preload(stack: LocalStack, plan: BenchPlan) -> None:
    """Put the same submissions on both topics: on one every trace is sampled, on the other one in a hundred."""
    now = SystemClock().now()
    producer = AIOKafkaProducer(**stack.kafka.options(), enable_idempotence=True, acks="all", linger_ms=5)
    await stack.create_topics(
        topic for partner in ("hop-traced", "hop-sampled") for topic in partner_topics(partner)
    )
    await producer.start()
    try:
        for partner, kept in (("hop-traced", TRACED), ("hop-sampled", SAMPLED)):
            sending = [
                await producer.send(letter.topic, letter.value, letter.key, headers=letter.headers)
                for letter in hop_records(partner, plan.hop.records, seed=plan.seed, now=now, kept=kept)
            ]
            await asyncio.gather(*sending)
    finally:
        await producer.stop()


async def _turn(stack: LocalStack, peer: Peer, number: int, plan: BenchPlan) -> Turn:
    name = f"hop-{peer.name.replace('_', '-')}-{number}"
    topic = PARTNER_STATUS.topic(peer.partner)
    async with (
        _database(stack) as database,
        outputs(stack.kafka, topic, PARTNER_STATUS.partitions) as produced,
    ):
        begin = await produced.marks()
        async with _running(stack, peer, name, database) as child:
            wait = partial(_wait_for, produced, begin, peer, child, plan.hop.seconds_max)
            pids = _pids(stack) | {"peer": child.pid}
            before, earlier = await wait(1), cpu_now(pids)
            async with flames(plan.flames, {name: child.pid} if peer.program == "ours" else {}):
                await wait(peer.records)
                cpu = cpu_now(pids).since(earlier)
            memory = memory_mib(pids)
        await asyncio.to_thread(_check_rows, stack, database, peer)
        turn = Turn(
            peer, await produced.since(begin, peer.records), cpu, max(peer.records - before, 1), memory
        )
    return _checked(turn)


async def _wait_for(  # noqa: PLR0917  # all but the last are given once, by partial
    produced: Outputs, begin: Marks, peer: Peer, child: Child, seconds_max: float, count: int
) -> int:
    """Wait until the peer has produced `count` records; how many it has by then. Raises BenchFailed."""
    now = 0
    try:
        async with asyncio.timeout(seconds_max):
            while now < count:
                await asyncio.sleep(LOOK_SECONDS)
                if child.exit_code is not None:
                    raise BenchFailed(f"{peer.name} {told_exit(child.exit_code)}.", log_tail=tail(child.log))
                now = await produced.count_since(begin)
    except TimeoutError:
        raise BenchFailed(
            f"{peer.name} produced {now} of {peer.records} records in {seconds_max:g} s.",
            log_tail=tail(child.log),
        ) from None
    return now


def _checked(turn: Turn) -> Turn:
    """Nobody may be fast by losing or repeating. Raises BenchFailed."""
    if turn.produced.distinct < turn.peer.records:
        repeated = turn.peer.records - turn.produced.distinct
        raise BenchFailed(f"{turn.peer.name} repeated {repeated} of {turn.peer.records} records.")
    return turn


def _check_rows(stack: LocalStack, database: Database, peer: Peer) -> None:
    """Raise BenchFailed when there are fewer rows than records; the tutorial may be ahead of where we stopped it."""
    with stack.postgres.connection(database.name) as connection:
        row = connection.execute("select count(*) from hop").fetchone()
    if row is None or row[0] < peer.records:
        raise BenchFailed(f"{peer.name} kept {row} of {peer.records} rows.")


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
async def _running(stack: LocalStack, peer: Peer, name: str, database: Database) -> AsyncIterator[Child]:
    program = Process(
        name=name,
        argv=(sys.executable, "-m", f"alongside_lab.bench.peers.{peer.program}"),
        env=_environment(stack, peer, name, database),
    )
    child = await Child.start(
        program, log=stack.state.logs / f"{name}.log", environment=inherited_environment()
    )
    try:
        yield child
    finally:
        await child.stop(signal.SIGTERM, STOP_SECONDS_MAX)


def _environment(stack: LocalStack, peer: Peer, name: str, database: Database) -> dict[str, str]:
    told = {
        "DATABASE_URL": database.url,
        "KAFKA": stack.bootstrap,
        "HTTP_HOST": LOOPBACK,
        "HTTP_PORT": str(free_port()),
        "OTLP_ENDPOINT": stack.url("traces"),
        "TRACE_SAMPLE_RATIO": str(peer.kept),
        "HOP_NAME": name,
        "HOP_FROM": PARTNER_REFERRALS.topic(peer.partner),
        "HOP_TO": PARTNER_STATUS.topic(peer.partner),
        "HOP_PARTNER": peer.partner,
    }
    return {f"ALONGSIDE_{key}": value for key, value in told.items()}


def _pids(stack: LocalStack) -> dict[str, int]:
    """The processes beside the peer that work for it; servers of somebody else's cannot be seen."""
    return {status.name: status.pid for status in stack.status() if status.pid is not None}
