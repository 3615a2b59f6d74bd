"""The network that is hurt: the local stack behind proxies, with a disk and clocks that can fail where possible."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, network
from alongside_contracts.access import rules_for
from alongside_contracts.services import SERVICES
from alongside_lab.faults.injection.addresses import address_book
from alongside_lab.faults.injection.clocks import FalseClocks, NoClocks, false_clocks
from alongside_lab.faults.injection.disk import OutboxDisk, move_outboxes, outbox_disk
from alongside_lab.faults.injection.proxy import FaultProxy
from alongside_lab.faults.injection.strike import Tools
from alongside_lab.faults.letters import Letter
from alongside_lab.faults.storm import SESSION_SECONDS, Kind
from alongside_localstack.kafka.detour import Detour
from alongside_localstack.sample.offers import offers
from alongside_localstack.sample.partners import SamplePartner, partners
from alongside_localstack.sample.submissions import contact_route
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder
from alongside_localstack.supervisor.account import server_account

Tell = Callable[[str], None]
CONTACT_ROUTE_ONE_IN: Final = 10
"""Of how many people one can be reached by e-mail: enough to send mail in the storm, too few to wait for it."""
OFFERS_SEED: Final = 1
ENV: Final[Mapping[str, str]] = {
    "ALONGSIDE_KAFKA_SESSION_TIMEOUT_MS": str(int(SESSION_SECONDS * 1000)),
    "ALONGSIDE_SEND_PAUSE_SECONDS_FIRST": "1",
    "ALONGSIDE_SEND_PAUSE_SECONDS_MAX": "10",
    "ALONGSIDE_SEND_SECONDS_MAX": "5",
    "ALONGSIDE_LOOKUP_SECONDS_MAX": "3",
}
"""Shorter patience, so that what a fault delays is seen within minutes; nothing that weakens a promise."""


@dataclass(slots=True)
class Ground:
    """A running network with everything that is needed to hurt it. `notes` are numbers for the summary."""

    stack: LocalStack
    doors: Network
    tools: Tools
    cast: Sequence[SamplePartner]
    topics: tuple[str, ...]
    tell: Tell
    notes: dict[str, Any] = field(default_factory=dict)


@asynccontextmanager
async def battlefield(
    state: StateFolder, settings: StackSettings, *, brokers: int, users: bool, own_addresses: bool, tell: Tell
) -> AsyncIterator[Ground]:
    """The network behind proxies; its outboxes on a disk of their own where that can be had.

    With `users` Kafka asks everybody who they are, and allows what contracts/access.py says.
    """
    state.create()
    cast = partners()
    names = [partner.id for partner in cast]
    proxies = _proxies(state, brokers)
    missed: dict[Kind, str] = {}
    clocks = await asyncio.to_thread(_clocks, state, missed)
    topics = topics_of(names)
    async with AsyncExitStack() as held:
        for proxy in chain.from_iterable(proxies.values()):
            await held.enter_async_context(proxy.listening())
        port = state.port("faults_addresses")
        book = await held.enter_async_context(address_book(port)) if own_addresses else None
        disk = held.enter_context(_disk(state, missed))
        tell(f"starting {brokers} of Apache Kafka, PostgreSQL, mail sink and four services behind proxies")
        plan = Plan(
            usual_ports=False,
            traces=False,
            kafka_nodes=brokers,
            rules=rules_for(names) if users else None,
            detour=_detour(proxies),
            env=_environment(clocks, book),
        )
        stack = LocalStack(state, settings=_of_its_own(settings), plan=plan, topics=topics, tell=tell)
        await held.enter_async_context(stack)
        await _move_outboxes(stack, disk)
        doors = await held.enter_async_context(network(stack.addresses(), service_token=stack.service_token))
        tools = Tools(stack, proxies, disk, clocks, missed)
        yield Ground(stack, doors, tools, cast, tuple(topic.name for topic in topics), tell)


def _proxies(state: StateFolder, brokers: int) -> dict[str, tuple[FaultProxy, ...]]:
    """One before PostgreSQL, one before each broker."""
    port = state.port
    return {
        "postgres": (FaultProxy(port("faults_postgres"), port("postgres")),),
        "kafka": tuple(
            FaultProxy(port(f"faults_kafka_{number}"), port(f"faults_kafka_behind_{number}"))
            for number in range(1, brokers + 1)
        ),
    }


def _detour(proxies: Mapping[str, Sequence[FaultProxy]]) -> Detour:
    """The way through the proxies."""
    return Detour(
        postgres=proxies["postgres"][0].listen_port,
        kafka=tuple(proxy.listen_port for proxy in proxies["kafka"]),
        kafka_behind=tuple(proxy.target_port for proxy in proxies["kafka"]),
    )


def _of_its_own(settings: StackSettings) -> StackSettings:
    """Apache Kafka and PostgreSQL started here, whatever else is configured."""
    return settings.model_copy(update={"broker": "kafka", "kafka": None, "postgres": None})


async def _move_outboxes(stack: LocalStack, disk: OutboxDisk | None) -> None:
    """Put every outbox onto the small disk, if there is one."""
    if disk is not None:
        databases = {service: stack.database(service) for service in SERVICES}
        await asyncio.to_thread(move_outboxes, disk, stack.postgres, databases)


def _clocks(state: StateFolder, missed: dict[Kind, str]) -> FalseClocks | None:
    try:
        return false_clocks(state.root, SERVICES)
    except NoClocks as error:
        missed[Kind.CLOCK_JUMP] = str(error)
        return None


@contextmanager
def _disk(state: StateFolder, missed: dict[Kind, str]) -> Iterator[OutboxDisk | None]:
    account = server_account()
    home = state.postgres_home(account)
    with outbox_disk(home.with_name(f"{home.name}-outbox"), account) as disk:
        if disk is None:
            missed[Kind.DISK_FULL] = "a tmpfs cannot be mounted: only root may"
        yield disk


def _environment(clocks: FalseClocks | None, book: str | None) -> dict[str, dict[str, str]]:
    """What each service is told beside what the stack tells it."""
    env = {service: {**ENV, **(clocks.environment(service) if clocks else {})} for service in SERVICES}
    if book is not None:
        env["notifications"] |= {"ALONGSIDE_INTAKE_URL": book, "ALONGSIDE_MATCHING_URL": book}
    return env


async def prepare(ground: Ground, sent: Sequence[Letter]) -> None:
    """Register partners without an address, offers, and a tenth of the people with one."""
    for partner in ground.cast:
        await ground.doors.register_partner(partner.id, partner.body() | {"contact_email": None})
    for region in dict.fromkeys(partner.region for partner in ground.cast):
        bodies = [offer.body() | {"contact_email": None} for offer in offers(region, OFFERS_SEED)]
        await ground.doors.load_offers(bodies)
    reached = [letter for letter in sent if letter.kind == "good"][::CONTACT_ROUTE_ONE_IN]
    for letter in reached:
        person = letter.person_reference or ""
        await ground.doors.keep_contact_route(letter.partner, person, contact_route(person))
    ground.tell(f"partners and offers are known, {len(reached)} people can be reached by e-mail")
