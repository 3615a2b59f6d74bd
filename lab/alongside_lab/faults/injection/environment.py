"""The network for faults: the local stack behind proxies, with a separate disk and changeable clocks if possible."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from alongside_cli.kafka.streams import topics_of
from alongside_cli.network import Network, open_network
from alongside_contracts.access import rules_for
from alongside_contracts.services import SERVICES
from alongside_lab.faults.fault_records import FaultRecord
from alongside_lab.faults.injection.addresses import address_book
from alongside_lab.faults.injection.clocks import ClocksUnavailable, FakeClocks, fake_clocks
from alongside_lab.faults.injection.disk import OutboxDisk, move_outboxes, outbox_disk
from alongside_lab.faults.injection.injector import FaultDevices
from alongside_lab.faults.injection.proxy import FaultProxy
from alongside_lab.faults.storm import SESSION_SECONDS, FaultKind
from alongside_localstack.kafka.proxy_ports import ProxyPorts
from alongside_localstack.sample.offers import offers
from alongside_localstack.sample.partners import SamplePartner, partners
from alongside_localstack.sample.submissions import contact_route
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder
from alongside_localstack.supervisor.account import server_account

ReportProgress = Callable[[str], None]
CONTACT_ROUTE_ONE_IN: Final = 10
"""One person of this many has an e-mail address: enough to send mail during the storm, too few to slow it down."""
CHANNELS_OF_FIRST_PARTNERS: Final = (("stream", "email"), ("email",))
"""How the first partners hear of their referrals."""
OFFERS_SEED: Final = 1
ENV: Final[Mapping[str, str]] = {
    "ALONGSIDE_KAFKA_SESSION_TIMEOUT_MS": str(int(SESSION_SECONDS * 1000)),
    "ALONGSIDE_SEND_PAUSE_SECONDS_FIRST": "1",
    "ALONGSIDE_SEND_PAUSE_SECONDS_MAX": "10",
    "ALONGSIDE_SEND_SECONDS_MAX": "5",
    "ALONGSIDE_LOOKUP_SECONDS_MAX": "3",
}
"""Shorter time-outs, so that delays by faults end within minutes; no setting weakens a promise."""

ENV_OF_DIRECTORY: Final[Mapping[str, str]] = {"ALONGSIDE_DIRECTORY_BATCH_MAX": "50"}
"""Smaller batches of a directory, so that an import of the suite is many transactions, and a kill finds it between two."""


@dataclass(slots=True)
class FaultEnvironment:
    """A running network and the devices for faults. `notes` are numbers for the summary."""

    stack: LocalStack
    network: Network
    devices: FaultDevices
    sample_partners: Sequence[SamplePartner]
    topics: tuple[str, ...]
    report_progress: ReportProgress
    notes: dict[str, Any] = field(default_factory=dict)


@asynccontextmanager
async def open_environment(
    state: StateFolder,
    settings: StackSettings,
    *,
    brokers: int,
    users: bool,
    use_address_book: bool,
    report_progress: ReportProgress,
) -> AsyncIterator[FaultEnvironment]:
    """Start a network behind proxies, with its outboxes on a separate disk where that is possible.

    With `users` Kafka requires log-in and grants the rights of contracts/access.py. With `use_address_book` the suite
    answers the contact lookups.
    """
    state.create()
    sample_partners = partners()
    names = [partner.id for partner in sample_partners]
    proxies = _proxies(state, brokers)
    missed: dict[FaultKind, str] = {}
    clocks = await asyncio.to_thread(_clocks, state, missed)
    topics = topics_of(names)
    async with AsyncExitStack() as contexts:
        enter = contexts.enter_async_context
        for proxy in chain.from_iterable(proxies.values()):
            await enter(proxy.listening())
        port = state.port("faults_addresses")
        address_book_url = await enter(address_book(port)) if use_address_book else None
        disk = contexts.enter_context(_disk(state, missed))
        report_progress(f"starting {brokers} Kafka nodes, PostgreSQL, mail sink and services behind proxies")
        plan = _plan(proxies, names if users else None, _environment(clocks, address_book_url))
        stack = LocalStack(
            state, settings=_own_servers(settings), plan=plan, topics=topics, report_progress=report_progress
        )
        await enter(stack)
        await _move_outboxes(stack, disk)
        network = await enter(open_network(stack.addresses(), service_token=stack.service_token))
        devices = FaultDevices(stack, proxies, disk, clocks, missed)
        topic_names = tuple(topic.name for topic in topics)
        yield FaultEnvironment(stack, network, devices, sample_partners, topic_names, report_progress)


def _proxies(state: StateFolder, brokers: int) -> dict[str, tuple[FaultProxy, ...]]:
    """Return one proxy for PostgreSQL, and one for each broker."""
    port = state.port
    return {
        "postgres": (FaultProxy(port("faults_postgres"), port("postgres")),),
        "kafka": tuple(
            FaultProxy(port(f"faults_kafka_{number}"), port(f"faults_kafka_behind_{number}"))
            for number in range(1, brokers + 1)
        ),
    }


def _plan(
    proxies: Mapping[str, Sequence[FaultProxy]],
    users: Sequence[str] | None,
    env: Mapping[str, Mapping[str, str]],
) -> Plan:
    """Return the plan: one Kafka node per proxy; with `users` every partner is a user with its own rights."""
    return Plan(
        usual_ports=False,
        traces=False,
        kafka_nodes=len(proxies["kafka"]),
        rules=None if users is None else rules_for(users),
        proxy_ports=_proxy_ports(proxies),
        env=env,
    )


def _proxy_ports(proxies: Mapping[str, Sequence[FaultProxy]]) -> ProxyPorts:
    """Return the ports that route services through the proxies."""
    return ProxyPorts(
        postgres=proxies["postgres"][0].listen_port,
        kafka=tuple(proxy.listen_port for proxy in proxies["kafka"]),
        kafka_backend=tuple(proxy.target_port for proxy in proxies["kafka"]),
    )


def _own_servers(settings: StackSettings) -> StackSettings:
    """Return settings that start Apache Kafka and PostgreSQL here, whatever is configured."""
    return settings.model_copy(update={"broker": "kafka", "kafka": None, "postgres": None})


async def _move_outboxes(stack: LocalStack, disk: OutboxDisk | None) -> None:
    """Move every outbox to the separate disk, if there is one."""
    if disk is not None:
        databases = {service: stack.database(service) for service in SERVICES}
        await asyncio.to_thread(move_outboxes, disk, stack.postgres, databases)


def _clocks(state: StateFolder, missed: dict[FaultKind, str]) -> FakeClocks | None:
    try:
        return fake_clocks(state.root, SERVICES)
    except ClocksUnavailable as error:
        missed[FaultKind.CLOCK_JUMP] = str(error)
        return None


@contextmanager
def _disk(state: StateFolder, missed: dict[FaultKind, str]) -> Iterator[OutboxDisk | None]:
    account = server_account()
    home = state.postgres_home(account)
    with outbox_disk(home.with_name(f"{home.name}-outbox"), account) as disk:
        if disk is None:
            missed[FaultKind.DISK_FULL] = "a tmpfs cannot be mounted; only root may mount one"
        yield disk


def _environment(clocks: FakeClocks | None, address_book_url: str | None) -> dict[str, dict[str, str]]:
    """Return additional environment variables for each service."""
    env = {service: {**ENV, **(clocks.environment(service) if clocks else {})} for service in SERVICES}
    env["directory"] |= ENV_OF_DIRECTORY
    if address_book_url is not None:
        env["notifications"] |= {
            "ALONGSIDE_INTAKE_URL": address_book_url,
            "ALONGSIDE_MATCHING_URL": address_book_url,
        }
    return env


def registration(partner: SamplePartner, number: int) -> dict[str, Any]:
    """Return the registration of a partner by its number: the first ones choose e-mail too, or alone, all others their stream."""
    channels = CHANNELS_OF_FIRST_PARTNERS[number : number + 1] or (("stream",),)
    email = partner.contact_email if "email" in channels[0] else None
    return partner.request_body() | {"channels": list(channels[0]), "contact_email": email}


async def load_sample(environment: FaultEnvironment, sent_records: Sequence[FaultRecord]) -> None:
    """Register partners, load offers without e-mail addresses, and store addresses for a tenth of the people."""
    for number, partner in enumerate(environment.sample_partners):
        await environment.network.register_partner(partner.id, registration(partner, number))
    for region in dict.fromkeys(partner.region for partner in environment.sample_partners):
        bodies = [offer.batch_entry() | {"contact_email": None} for offer in offers(region, OFFERS_SEED)]
        await environment.network.load_offers(bodies)
    with_address = [record for record in sent_records if record.kind == "good"][::CONTACT_ROUTE_ONE_IN]
    for record in with_address:
        person = record.person_reference or ""
        await environment.network.store_contact_route(record.partner, person, contact_route(person))
    environment.report_progress(
        f"partners and offers are loaded, {len(with_address)} people have an e-mail address"
    )
