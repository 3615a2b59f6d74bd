"""Compares two checkouts: processor time per record of one service, and per referral of all four.

Both run alternately on one broker, one PostgreSQL and one span store; the order changes from pair to pair. A run starts
the services, lets them warm up and become idle, sends a fixed number of records, and ends when they are idle again: all
processor time in between was spent on these records. One service is
measured with every trace sampled, all four with one in a hundred, as a network runs.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_cli.kafka.topics import delete_topics
from alongside_cli.network import Network
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import PARTNER_STATUS, REFERRALS
from alongside_lab.bench.against.checkout_runner import POSTGRES, CheckoutRunner, RunningServices
from alongside_lab.bench.against.checkouts import Checkout
from alongside_lab.bench.against.cost_ratio import Cost, CostPair, Verdict, compare, worst
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.plan import SAMPLED, TRACED, BenchPlan, Part
from alongside_lab.bench.records import journey_records
from alongside_lab.bench.topic_watcher import TopicWatcher, watch_topic
from alongside_lab.bench.usage import Usage
from alongside_lab.bench.whole.load import Load, start_load
from alongside_lab.bench.whole.network_benchmark import fill_network
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.sample.partners import partners
from alongside_localstack.sample.records import PartnerRecord
from alongside_localstack.stack import LocalStack

HOP_PARTNER: Final = "hop"
POLL_SECONDS: Final = 0.05
COUNTED_PER_WARM_UP: Final = 4
"""The number of counted records per warm-up record."""
ReportProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CheckoutRun:
    """Processor time of one checkout for `count` records, by service and for PostgreSQL's backends."""

    spent: Usage
    count: int

    @property
    def cost(self) -> Cost:
        """The cost including PostgreSQL: work moved into the database must not look like a gain."""
        return Cost(self.spent.total, self.count)

    @property
    def cost_of_services(self) -> Cost:
        """The cost without PostgreSQL."""
        return Cost(self.spent.total - self.spent.seconds[POSTGRES], self.count)


@dataclass(frozen=True, slots=True)
class Workload:
    """The running services that a comparison measures, and the records they get in a run."""

    part: Part
    unit: str
    services: Sequence[str]
    partners: Sequence[str]
    work: Callable[[LocalStack, RunningServices], Coroutine[Any, Any, CheckoutRun]]
    fill: Callable[[Network], Awaitable[None]] | None = None


async def measure_against(
    plan: BenchPlan, checkouts: Sequence[Checkout], report_progress: ReportProgress
) -> dict[str, Any]:
    """Compare two checkouts, the old one first, in each part of the plan; return the summary's `against`."""
    parts: dict[str, Any] = {}
    workloads = list(_workloads(plan))
    async with infrastructure(mail=True, traces=True, unsafe_fast=False) as stack:
        report_progress(f"against: ready on {stack.broker.kind}; creating the databases of both checkouts")
        runners = [CheckoutRunner(checkout, stack) for checkout in checkouts]
        largest = max(workloads, key=lambda workload: len(workload.services))
        for runner in runners:
            async with _topics(stack, largest):
                await runner.prepare(largest.services, largest.fill)
        for workload in workloads:
            pairs = await _pairs(stack, workload, runners, plan, report_progress)
            parts[workload.part.value] = summary_of(pairs, workload, seed=plan.seed)
    old, new = (checkout.commit for checkout in checkouts)
    verdict = worst([Verdict(part["not_below_0_97"]) for part in parts.values()])
    return {"old": old, "new": new, "not_below_0_97": verdict, **parts}


def _workloads(plan: BenchPlan) -> Iterator[Workload]:
    if Part.HOP in plan.parts:
        yield _hop(plan)
    if Part.WHOLE in plan.parts:
        yield _whole(plan)


async def _pairs(
    stack: LocalStack,
    workload: Workload,
    runners: Sequence[CheckoutRunner],
    plan: BenchPlan,
    report_progress: ReportProgress,
) -> list[tuple[CheckoutRun, CheckoutRun]]:
    """Run one warm-up pair, because a new broker and server are slow at first; then return the counted pairs."""
    pairs: list[tuple[CheckoutRun, CheckoutRun]] = []
    for number in range(plan.against.runs + 1):
        runs: dict[str, CheckoutRun] = {}
        for runner in runners if number % 2 else runners[::-1]:
            run = await _run_once(stack, workload, runner)
            runs[runner.checkout.name] = run
            us_per_item = run.spent.us_per_item(run.count)["total"]
            pair_label = f"{number}/{plan.against.runs}" if number else "warm-up"
            report_progress(
                f"{workload.part} {pair_label}, {runner.checkout.name}: {us_per_item:,} µs per {workload.unit}"
            )
        pairs += [(runs["old"], runs["new"])] if number else []
    return pairs


async def _run_once(stack: LocalStack, workload: Workload, runner: CheckoutRunner) -> CheckoutRun:
    async with _topics(stack, workload), runner.run(workload.services) as services:
        return await services.finish(workload.work(stack, services))


@asynccontextmanager
async def _topics(stack: LocalStack, workload: Workload) -> AsyncIterator[None]:
    """Create the platform's topics, and delete them afterwards."""
    topics = topics_of(workload.partners)
    await stack.create_topics(topics)
    try:
        yield
    finally:
        await delete_topics(stack.kafka, [topic.name for topic in topics])


def _hop(plan: BenchPlan) -> Workload:
    """Return the workload of the referrals service alone: an admission becomes one row and a few announcements."""
    count, warm_up = plan.against.records, plan.against.records // COUNTED_PER_WARM_UP
    now = SystemClock().now()
    records = list(
        journey_records(HOP_PARTNER, warm_up + count, seed=plan.seed, now=now, sampled_share=TRACED)
    )

    async def work(stack: LocalStack, services: RunningServices) -> CheckoutRun:
        topic = PARTNER_STATUS.topic(HOP_PARTNER)
        async with watch_topic(stack.kafka, topic, PARTNER_STATUS.partitions) as answers:
            await _wait_for_answers(stack, records[:warm_up], answers, plan.hop.seconds_max)
            begin, before = await answers.end_offsets(), await services.usage_when_idle()
            await _wait_for_answers(stack, records[warm_up:], answers, plan.hop.seconds_max)
            spent = (await services.usage_when_idle()).since(before)
            distinct = (await answers.read_since(begin, count)).distinct
        if distinct < count:
            raise BenchFailed(
                f"{count - distinct} of {count} answers were repeated.", remedy="run the comparison again."
            )
        return CheckoutRun(spent, count)

    return Workload(Part.HOP, "record", (REFERRALS,), (HOP_PARTNER,), work)


def _whole(plan: BenchPlan) -> Workload:
    """Return the workload of all four services, from a partner's record to the notice of the proposal."""
    count, warm_up = plan.against.referrals, plan.against.referrals // COUNTED_PER_WARM_UP
    whole = plan.whole

    async def work(stack: LocalStack, services: RunningServices) -> CheckoutRun:
        send_until_notified = partial(
            Load.send_until_notified,
            concurrency=whole.concurrency,
            settle_seconds_max=whole.settle_seconds_max,
        )
        async with start_load(stack.kafka, seed=plan.seed, sampled_share=SAMPLED) as (load, _):
            await send_until_notified(load, warm_up)
            before = await services.usage_when_idle()
            await send_until_notified(load, warm_up + count)
            return CheckoutRun((await services.usage_when_idle()).since(before), count)

    return Workload(
        Part.WHOLE, "referral", SERVICES, [partner.id for partner in partners()], work, fill_network
    )


async def _wait_for_answers(
    stack: LocalStack, records: Sequence[PartnerRecord], answers: TopicWatcher, seconds_max: float
) -> None:
    """Send records and wait for one answer to each. Raises BenchFailed after `seconds_max`."""
    begin, answered = await answers.end_offsets(), 0
    producer = AIOKafkaProducer(**stack.kafka.options(), enable_idempotence=True, acks="all", linger_ms=5)
    await producer.start()
    try:
        for record in records:
            await producer.send(record.topic, record.value, record.key, headers=record.headers)
        await producer.flush()
    finally:
        await producer.stop()
    try:
        async with asyncio.timeout(seconds_max):
            while answered < len(records):
                await asyncio.sleep(POLL_SECONDS)
                answered = await answers.count_since(begin)
    except TimeoutError:
        raise BenchFailed(
            f"{answered} of {len(records)} records were answered in {seconds_max:g} s."
        ) from None


def summary_of(
    pairs: Sequence[tuple[CheckoutRun, CheckoutRun]], workload: Workload, *, seed: int
) -> dict[str, Any]:
    """Return ratio, verdict and cost of one part; in each pair the old checkout's run is first."""
    ratio = compare([CostPair(old.cost, new.cost) for old, new in pairs], seed=seed)
    services = compare(
        [CostPair(old.cost_of_services, new.cost_of_services) for old, new in pairs], seed=seed
    )
    return {
        "turns": ratio.pairs,
        "count": pairs[0][0].count,
        **ratio.as_json(),
        "not_below_0_97": ratio.not_below_floor,
        "services_alone": services.as_json(),
        f"cpu_us_per_{workload.unit}": {
            "old": _us_each([old for old, _ in pairs]),
            "new": _us_each([new for _, new in pairs]),
        },
    }


def _us_each(runs: Sequence[CheckoutRun]) -> Mapping[str, int]:
    """Return microseconds per record by component, pooled over the runs."""
    spent = {name: sum(run.spent.seconds[name] for run in runs) for name in runs[0].spent.seconds}
    return Usage(spent).us_per_item(sum(run.count for run in runs))
