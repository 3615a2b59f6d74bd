"""Compares this checkout with another one: processor time per record of one service, and per referral of all four.

Both take turns on one broker, one PostgreSQL and one span store; the one that begins changes from pair to pair. A turn
starts the services, lets them warm up and come to rest, gives them a fixed number of records, and ends when they rest
again: all that was spent in between was spent on these records. Every trace is kept.
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
from alongside_lab.bench.against.checkouts import Checkout
from alongside_lab.bench.against.comparison import Cost, Pair, Verdict, compare, worst
from alongside_lab.bench.against.sides import POSTGRES, Services, Side
from alongside_lab.bench.errors import BenchFailed
from alongside_lab.bench.outputs import Outputs, outputs
from alongside_lab.bench.plan import TRACED, BenchPlan, Part
from alongside_lab.bench.records import journey_records
from alongside_lab.bench.usage import Usage
from alongside_lab.bench.whole.load import Load, loading
from alongside_lab.bench.whole.whole import fill_network
from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.sample.partners import partners
from alongside_localstack.sample.records import PartnerRecord
from alongside_localstack.stack import LocalStack

HOP_PARTNER: Final = "hop"
LOOK_SECONDS: Final = 0.05
WARM_UP_SHARE: Final = 4
"""One warm-up record for so many that count."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one checkout spent on `count` records, by service and PostgreSQL's backends."""

    spent: Usage
    count: int

    @property
    def cost(self) -> Cost:
        """With PostgreSQL: work moved into it must not look like a gain."""
        return Cost(self.spent.total, self.count)

    @property
    def cost_of_services(self) -> Cost:
        """Without PostgreSQL."""
        return Cost(self.spent.total - self.spent.seconds[POSTGRES], self.count)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: the services that run, and the work they are given in a turn."""

    part: Part
    unit: str
    services: Sequence[str]
    partners: Sequence[str]
    work: Callable[[LocalStack, Services], Coroutine[Any, Any, Turn]]
    fill: Callable[[Network], Awaitable[None]] | None = None


async def measure_against(plan: BenchPlan, checkouts: Sequence[Checkout], tell: Tell) -> dict[str, Any]:
    """Compare the two checkouts, the old one first, in each part of the plan; the `against` of the summary."""
    parts: dict[str, Any] = {}
    subjects = list(_subjects(plan))
    async with infrastructure(mail=True, traces=True, unsafe_fast=False) as stack:
        tell(f"against: ready on {stack.broker.kind}; making the databases of both checkouts")
        sides = [Side(checkout, stack) for checkout in checkouts]
        largest = max(subjects, key=lambda subject: len(subject.services))
        for side in sides:
            async with _topics(stack, largest):
                await side.prepare(largest.services, largest.fill)
        for subject in subjects:
            pairs = await _pairs(stack, subject, sides, plan, tell)
            parts[subject.part.value] = summary_of(pairs, subject, seed=plan.seed)
    old, new = (checkout.commit for checkout in checkouts)
    verdict = worst([Verdict(part["not_below_0_97"]) for part in parts.values()])
    return {"old": old, "new": new, "not_below_0_97": verdict, **parts}


def _subjects(plan: BenchPlan) -> Iterator[Subject]:
    if Part.HOP in plan.parts:
        yield _hop(plan)
    if Part.WHOLE in plan.parts:
        yield _whole(plan)


async def _pairs(
    stack: LocalStack, subject: Subject, sides: Sequence[Side], plan: BenchPlan, tell: Tell
) -> list[tuple[Turn, Turn]]:
    """A first pair that does not count, for everything just started is slow for a moment; then those that do."""
    pairs: list[tuple[Turn, Turn]] = []
    for number in range(plan.against.turns + 1):
        taken: dict[str, Turn] = {}
        for side in sides if number % 2 else sides[::-1]:
            turn = await _turn(stack, subject, side)
            taken[side.checkout.name] = turn
            each = turn.spent.us_each(turn.count)["total"]
            counted = f"{number}/{plan.against.turns}" if number else "warm-up"
            tell(f"{subject.part} {counted}, {side.checkout.name}: {each:,} µs per {subject.unit}")
        pairs += [(taken["old"], taken["new"])] if number else []
    return pairs


async def _turn(stack: LocalStack, subject: Subject, side: Side) -> Turn:
    async with _topics(stack, subject), side.turn(subject.services) as services:
        return await services.finish(subject.work(stack, services))


@asynccontextmanager
async def _topics(stack: LocalStack, subject: Subject) -> AsyncIterator[None]:
    """The platform's topics, new and empty, gone afterwards."""
    topics = topics_of(subject.partners)
    await stack.create_topics(topics)
    try:
        yield
    finally:
        await delete_topics(stack.kafka, [topic.name for topic in topics])


def _hop(plan: BenchPlan) -> Subject:
    """Referrals alone: an admission in, one row and a few announcements out, one of them to the partner."""
    count, warm_up = plan.against.records, plan.against.records // WARM_UP_SHARE
    now = SystemClock().now()
    letters = list(journey_records(HOP_PARTNER, warm_up + count, seed=plan.seed, now=now, kept=TRACED))

    async def work(stack: LocalStack, services: Services) -> Turn:
        topic = PARTNER_STATUS.topic(HOP_PARTNER)
        async with outputs(stack.kafka, topic, PARTNER_STATUS.partitions) as answers:
            await _answered(stack, letters[:warm_up], answers, plan.hop.seconds_max)
            begin, before = await answers.marks(), await services.spent_at_rest()
            await _answered(stack, letters[warm_up:], answers, plan.hop.seconds_max)
            spent = (await services.spent_at_rest()).since(before)
            distinct = (await answers.since(begin, count)).distinct
        if distinct < count:
            raise BenchFailed(f"{count - distinct} of {count} answers were repeated.")
        return Turn(spent, count)

    return Subject(Part.HOP, "record", (REFERRALS,), (HOP_PARTNER,), work)


def _whole(plan: BenchPlan) -> Subject:
    """All four services, from a partner's record to the notice of the proposal; nobody answers."""
    count, warm_up = plan.against.referrals, plan.against.referrals // WARM_UP_SHARE
    whole = plan.whole

    async def work(stack: LocalStack, services: Services) -> Turn:
        reach = partial(Load.reach, in_flight=whole.in_flight, settle_seconds_max=whole.settle_seconds_max)
        async with loading(stack.kafka, seed=plan.seed, kept=TRACED) as (load, _):
            await reach(load, warm_up)
            before = await services.spent_at_rest()
            await reach(load, warm_up + count)
            return Turn((await services.spent_at_rest()).since(before), count)

    return Subject(
        Part.WHOLE, "referral", SERVICES, [partner.id for partner in partners()], work, fill_network
    )


async def _answered(
    stack: LocalStack, letters: Sequence[PartnerRecord], answers: Outputs, seconds_max: float
) -> None:
    """Send records and wait until each has its answer. Raises BenchFailed."""
    begin, now = await answers.marks(), 0
    producer = AIOKafkaProducer(**stack.kafka.options(), enable_idempotence=True, acks="all", linger_ms=5)
    await producer.start()
    try:
        for letter in letters:
            await producer.send(letter.topic, letter.value, letter.key, headers=letter.headers)
        await producer.flush()
    finally:
        await producer.stop()
    try:
        async with asyncio.timeout(seconds_max):
            while now < len(letters):
                await asyncio.sleep(LOOK_SECONDS)
                now = await answers.count_since(begin)
    except TimeoutError:
        raise BenchFailed(f"{now} of {len(letters)} records were answered in {seconds_max:g} s.") from None


def summary_of(pairs: Sequence[tuple[Turn, Turn]], subject: Subject, *, seed: int) -> dict[str, Any]:
    """Ratio, verdict and cost of one part; the old checkout's turn comes first in each pair."""
    ratio = compare([Pair(old.cost, new.cost) for old, new in pairs], seed=seed)
    services = compare([Pair(old.cost_of_services, new.cost_of_services) for old, new in pairs], seed=seed)
    return {
        "turns": ratio.pairs,
        "count": pairs[0][0].count,
        **ratio.as_json(),
        "not_below_0_97": ratio.not_below_floor,
        "services_alone": services.as_json(),
        f"cpu_us_per_{subject.unit}": {
            "old": _us_each([old for old, _ in pairs]),
            "new": _us_each([new for _, new in pairs]),
        },
    }


def _us_each(turns: Sequence[Turn]) -> Mapping[str, int]:
    """Pooled over the turns, by component."""
    spent = {name: sum(turn.spent.seconds[name] for turn in turns) for name in turns[0].spent.seconds}
    return Usage(spent).us_each(sum(turn.count for turn in turns))
