"""One demonstration from an empty network to the verdict, without a hand on the keyboard."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from alongside_chassis.clock import SystemClock
from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, network
from alongside_contracts.access import rules_for
from alongside_localstack.demo.desk import Desk, Post, listening, posting
from alongside_localstack.demo.observe import Observer
from alongside_localstack.demo.targets import Targets
from alongside_localstack.demo.verdict import Facts, Sent, Summary, judge, settled
from alongside_localstack.sample.loading import load_contact_routes, load_partners
from alongside_localstack.sample.partners import demo_partners
from alongside_localstack.sample.script import DemoScript, script
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder

LOOK_SECONDS: Final = 0.5
TRACE_SECONDS_MAX: Final = 10.0
DECLINE_ONE_IN: Final = 5
PARTNERS: Final = tuple(partner.id for partner in demo_partners())
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What kind of demonstration. `kill` names a process to kill -9 in the middle of it."""

    referrals: int = 30
    seed: int = 7
    kill: str | None = None
    patience_seconds: float = 120.0
    secured: bool = False
    """Kafka asks everybody who they are: each service and each partner is a user with its own rights."""
    brokers: int = 1


@dataclass(frozen=True, slots=True)
class Played:
    """What a demonstration came to. `seconds` begins when the network was ready."""

    facts: Facts
    summary: Summary
    seconds: float
    broker: str
    edges: Mapping[str, frozenset[tuple[str, str]]]
    """Direct steps between services in each admitted referral's traces."""


async def demonstrate(settings: StackSettings, wish: Wish, tell: Tell) -> Played:
    """Start a network of its own beside any other, play the script, judge, and stop it again."""
    state = StateFolder(settings.state / "demo")
    state.remove()
    cast = script(run="demo", count=wish.referrals, seed=wish.seed, now=SystemClock().now())
    stack = LocalStack(
        state,
        settings=settings,
        plan=Plan(
            usual_ports=False,
            kafka_nodes=wish.brokers,
            rules=rules_for(PARTNERS) if wish.secured else None,
        ),
        topics=topics_of(PARTNERS),
        tell=tell,
    )
    tell("starting broker, PostgreSQL, mail sink, span store and four services")
    async with stack:
        tell(f"ready on {stack.broker.kind}")
        return await _play(stack, cast, wish, tell)


async def _play(stack: LocalStack, cast: DemoScript, wish: Wish, tell: Tell) -> Played:
    began = time.monotonic()
    async with (
        network(stack.addresses(), service_token=stack.service_token) as doors,
        listening(stack.kafka_as, PARTNERS) as desks,
        posting(stack.kafka_as, PARTNERS, stack.url("traces")) as posts,
        _targets(doors),
    ):
        await load_partners(doors, demo_partners(), tell)
        people = [
            (scene.partner, scene.submission.person_reference)
            for scene in cast.scenes
            if scene.opens_a_person
        ]
        await load_contact_routes(doors, people)
        sent: list[Sent] = []
        observer = Observer(doors, desks, sent)
        killing = asyncio.create_task(_kill_midway(stack, wish.kill, sent, desks, tell))
        try:
            await _send(cast, posts, sent, tell)
            await killing
            await _settle(observer, wish.patience_seconds, tell)
        finally:
            killing.cancel()
        for post in posts.values():
            await asyncio.to_thread(post.tracing.force_flush)
        facts = replace(await observer.everything(trace_seconds_max=TRACE_SECONDS_MAX), killed=wish.kill)
    return Played(facts, judge(facts), time.monotonic() - began, stack.broker.kind, observer.edges)


async def _send(cast: DemoScript, posts: Mapping[str, Post], sent: list[Sent], tell: Tell) -> None:
    """Publish the script's records in order, as two partners would."""
    clock = SystemClock()
    for scene in cast.scenes:
        place = await posts[scene.partner.id].publish(scene.record(clock.now()))
        sent.append(Sent(scene.partner.id, place, scene.expected, scene.submission.reference))
    tell(f"{len(sent)} records published by {len(posts)} partners")


async def _settle(observer: Observer, patience_seconds: float, tell: Tell) -> None:
    """Wait until nothing is left to happen; past the patience the verdict says what is missing."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        facts = await observer.progress()
        now = judge(facts)
        tell(
            f"matched {now.matched} of {now.admitted}, loops closed {now.closed}, notices delivered {now.notified}"
        )
        if settled(facts):
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _kill_midway(
    stack: LocalStack, service: str | None, sent: Sequence[Sent], desks: Mapping[str, Desk], tell: Tell
) -> None:
    """kill -9 a service once the first answers are in."""
    if service is None:
        return
    while not sent or not any(desk.answers for desk in desks.values()):  # noqa: ASYNC110  (nobody to wake us)
        await asyncio.sleep(0.02)
    stack.service(service).kill()
    tell(f"killed {service} with SIGKILL; the supervisor brings it back")


@asynccontextmanager
async def _targets(doors: Network) -> AsyncIterator[None]:
    """Everybody who is asked answers, for as long as the block lasts; their failure is the block's."""
    acting = asyncio.create_task(Targets(doors, decline_one_in=DECLINE_ONE_IN).run())
    try:
        yield
        if acting.done():
            acting.result()
    finally:
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
