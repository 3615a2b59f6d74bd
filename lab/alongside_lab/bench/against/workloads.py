"""What a comparison of two checkouts measures: the records of one run, and when they are handled.

`hop` is the referrals service alone, `whole` all services from a partner's record to the notice of the proposal, without any
contact address; `loop` is a referral's whole way to the closed loop: everybody has an address, targets answer and move their
referrals over HTTP, and every mail that is due is sent. Nothing is imported from the other checkout, so a workload may
use only what its services know too.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from alongside_chassis.clock import SystemClock
from alongside_cli.network import Network, open_network
from alongside_contracts.referrals import LoopClosed
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import PARTNER_STATUS, REFERRALS
from alongside_lab.bench.against.checkout_runner import POSTGRES, RunningServices
from alongside_lab.bench.against.cost_ratio import Cost
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.plan import SAMPLED, TRACED, BenchPlan, Part
from alongside_lab.bench.records import journey_records, network_submissions
from alongside_lab.bench.topic_watcher import TopicWatcher, watch_topic
from alongside_lab.bench.usage import Usage
from alongside_lab.bench.whole.journey_trackers import NoticeTracker, StepTracker, follow_journeys
from alongside_lab.bench.whole.load import Load, start_load
from alongside_lab.bench.whole.network_benchmark import fill_network
from alongside_localstack.demo.targets import Targets
from alongside_localstack.sample.loading import load_contact_routes
from alongside_localstack.sample.partners import partners
from alongside_localstack.sample.records import PartnerRecord
from alongside_localstack.stack import LocalStack

HOP_PARTNER: Final = "hop"
POLL_SECONDS: Final = 0.05
MAIL_POLL_SECONDS: Final = 0.5
COUNTED_PER_WARM_UP: Final = 4
"""The number of counted records per warm-up record."""
DECLINE_ONE_IN: Final = 6
"""One first proposal in so many is declined, and the referral goes to the next target."""


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


def workloads(plan: BenchPlan) -> Iterator[Workload]:
    """Return the workloads of the plan's parts."""
    if Part.HOP in plan.parts:
        yield _hop(plan)
    if Part.WHOLE in plan.parts:
        yield _whole(plan)
    if Part.LOOP in plan.parts:
        yield _loop(plan)


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
        send_until_handled = partial(
            Load.send_until_handled,
            concurrency=whole.concurrency,
            settle_seconds_max=whole.settle_seconds_max,
        )
        async with (
            start_load(stack.kafka, seed=plan.seed, sampled_share=SAMPLED) as load,
            follow_journeys(stack.kafka, NoticeTracker(load.on_handled)),
        ):
            await send_until_handled(load, warm_up)
            before = await services.usage_when_idle()
            await send_until_handled(load, warm_up + count)
            return CheckoutRun((await services.usage_when_idle()).since(before), count)

    return Workload(
        Part.WHOLE, "referral", SERVICES, [partner.id for partner in partners()], work, fill_network
    )


def _loop(plan: BenchPlan) -> Workload:
    """Return the workload of all four services, from a partner's record to the closed loop and the last mail."""
    count, warm_up = plan.against.loops, plan.against.loops // COUNTED_PER_WARM_UP

    async def work(stack: LocalStack, services: RunningServices) -> CheckoutRun:
        people = islice(network_submissions(seed=plan.seed, now=SystemClock().now()), warm_up + count)
        async with (
            open_network(services.urls, service_token=stack.service_token) as network,
            start_load(stack.kafka, seed=plan.seed, sampled_share=SAMPLED) as load,
            follow_journeys(stack.kafka, StepTracker(LoopClosed, load.on_handled)),
        ):
            await fill_network(network, reachable=True)
            await load_contact_routes(network, [(partner, sent.person_reference) for partner, sent in people])
            await _close_loops(network, load, warm_up, plan)
            before = await services.usage_when_idle()
            await _close_loops(network, load, warm_up + count, plan)
            return CheckoutRun((await services.usage_when_idle()).since(before), count)

    return Workload(
        Part.LOOP, "referral", SERVICES, [partner.id for partner in partners()], work, fill_network
    )


async def _close_loops(network: Network, load: Load, total: int, plan: BenchPlan) -> None:
    """Send referrals and play their targets until `total` loops are closed and no mail waits."""
    settle_seconds_max = plan.whole.settle_seconds_max
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(Targets(network, decline_one_in=DECLINE_ONE_IN).run())
        await load.send_until_handled(
            total, concurrency=plan.against.loops_at_once, settle_seconds_max=settle_seconds_max
        )
        async with asyncio.timeout(settle_seconds_max):
            while await _mail_waits(network):  # noqa: ASYNC110  # another process sends it
                await asyncio.sleep(MAIL_POLL_SECONDS)
        playing.cancel()


async def _mail_waits(network: Network) -> bool:
    pages = [
        await network.get("notifications", "/notices", state=state, limit=1)
        for state in ("pending", "sending")
    ]
    return any(page["items"] for page in pages)


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
