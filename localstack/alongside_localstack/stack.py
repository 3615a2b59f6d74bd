"""A whole network on one machine: infrastructure first, then migrations, then the services, all supervised.

`make up`, `make demo` and the tests use `LocalStack`. It is an async context manager:

    async with LocalStack(StateFolder(settings.state), settings=settings, topics=topics) as stack:
        print(stack.addresses())
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Self

from pydantic import SecretStr

from alongside_chassis.kafka import Kafka
from alongside_cli.kafka.access import open_access
from alongside_cli.kafka.topics import Topic, create_topics
from alongside_contracts.access import Rule
from alongside_contracts.services import NETWORK, SERVICES
from alongside_localstack import parts
from alongside_localstack.control import end_leftovers
from alongside_localstack.errors import StartFailed
from alongside_localstack.kafka.broker import Broker, BrokerOptions, choose_broker
from alongside_localstack.kafka.cluster import addresses
from alongside_localstack.kafka.proxy_ports import ProxyPorts
from alongside_localstack.kafka.security import ADMIN, CLUSTER, ClusterPasswords, Tls
from alongside_localstack.parts import Mail
from alongside_localstack.ports import LOOPBACK
from alongside_localstack.postgres.cluster import Cluster
from alongside_localstack.postgres.databases import Database, Server
from alongside_localstack.process_handle import ProcessHandle
from alongside_localstack.service_env import ServiceEnv
from alongside_localstack.settings import StackSettings, inherited_environment
from alongside_localstack.state import StateFolder
from alongside_localstack.supervisor.account import server_account
from alongside_localstack.supervisor.child import start_time
from alongside_localstack.supervisor.processes import (
    Event,
    Node,
    ProcessStatus,
    StartUpTask,
    State,
    Subscriber,
)
from alongside_localstack.supervisor.supervisor import Supervisor

USUAL_PORTS = {
    **{service.name: service.port for service in NETWORK},
    "traces": 8110,
    "mail_http": 8025,
    "smtp": 1025,
    "postgres": 5442,
    "kafka": 9092,
    "kafka_controller": 9093,
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The parts of a stack. `instances` is the number of processes per service, by default one."""

    services: tuple[str, ...] = SERVICES
    instances: Mapping[str, int] = field(default_factory=dict)
    postgres: bool = True
    kafka: bool = True
    mail: bool = True
    traces: bool = True
    kafka_nodes: int = 1
    usual_ports: bool = True
    """Prefer the ports that the README names; otherwise take any free ones, as tests do."""
    rules: frozenset[Rule] | None = None
    """Kafka's access rules; with rules Kafka requires log-in. None: no log-in."""
    tls: Tls | None = None
    """Use TLS for Kafka's clients; only with rules."""
    proxy_ports: ProxyPorts = field(default_factory=ProxyPorts)
    env: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Additional environment variables by service; they override those of the stack."""

    def names_of(self, service: str) -> tuple[str, ...]:
        """Return the process names of a service: `intake`, then `intake-2` and so on."""
        count = self.instances.get(service, 1)
        return tuple(service if number == 1 else f"{service}-{number}" for number in range(1, count + 1))


class LocalStack:
    """One stack on one state folder. `report_progress` gets one line for each decision of the stack.

    `unsafe_fast` turns off PostgreSQL's durability, for tests only.
    """

    def __init__(
        self,
        state: StateFolder,
        *,
        settings: StackSettings,
        plan: Plan | None = None,
        topics: Iterable[Topic] = (),
        unsafe_fast: bool = False,
        report_progress: Callable[[str], None] = lambda _text: None,
    ) -> None:
        self.state = state
        self.plan = plan or Plan()
        self.supervisor = Supervisor(state.logs, environment=inherited_environment())
        self._settings = settings
        self._topics = tuple(topics)
        self._unsafe_fast = unsafe_fast
        self._report_progress = report_progress
        self._exit_stack = contextlib.ExitStack()
        self._ports: dict[str, int] = {}
        self._broker: Broker | None = None
        self._server: Server | None = None
        self._databases: dict[str, Database] = {}
        self._joined: dict[str, int] = {}
        self.supervisor.subscribe(self._write_status)

    async def __aenter__(self) -> Self:
        """Start the stack; on failure stop it and raise the error."""
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop the stack."""
        await self.down()

    def subscribe(self, subscriber: Subscriber, *, lines: bool = False) -> Callable[[], None]:
        """Add a subscriber; see `Supervisor.subscribe`."""
        return self.supervisor.subscribe(subscriber, lines=lines)

    async def up(self) -> None:
        """Start everything in order and return when all nodes are ready.

        Raises a CommandError with a remedy, after stopping the nodes already started.
        """
        try:
            self._exit_stack.enter_context(self.state.hold())
            for name in await asyncio.to_thread(end_leftovers, self.state):
                self._report_progress(f"ended {name}, left over from a killed stack")
            self.supervisor.add(*await self._nodes())
            await self.supervisor.start()
        except BaseException:
            await self.down()
            raise

    async def down(self) -> None:
        """Stop everything in reverse order and release the state folder."""
        try:
            await self.supervisor.stop()
        finally:
            self._exit_stack.close()

    async def wait_for_failure(self) -> StartFailed:
        """Wait until a process has crashed too often to be restarted, and return its error."""
        return await self.supervisor.wait_for_failure()

    @property
    def broker(self) -> Broker:
        """The broker in use."""
        if self._broker is None:
            raise StartFailed("This stack has no broker, or has not been started.")
        return self._broker

    @property
    def bootstrap(self) -> str:
        """The broker's `host:port[,host:port]`."""
        return self.broker.bootstrap

    @property
    def kafka(self) -> Kafka:
        """The broker, with the administrator's log-in."""
        return self.kafka_as(ADMIN)

    def kafka_as(self, user: str) -> Kafka:
        """Return the broker's connection settings for a user; without log-in they are the same for all users."""
        if self.broker.kind == "external":
            return self._settings.kafka_at(self.bootstrap)
        if self.broker.admin is None:
            return Kafka(self.bootstrap)
        if user == ADMIN:
            return self.broker.admin
        return Kafka(
            self.bootstrap,
            security_protocol="SASL_SSL" if self.plan.tls else "SASL_PLAINTEXT",
            user=user,
            password=SecretStr(self.state.password(f"kafka-{user}")),
            ca_file=self.plan.tls.ca if self.plan.tls else None,
        )

    async def allow(self, rules: Iterable[Rule]) -> None:
        """Set the passwords of all users in these rules, and grant the rules."""
        granted = frozenset(rules)
        async with open_access(self.kafka) as access:
            await access.set_passwords(
                {user: self.state.password(f"kafka-{user}") for user in {rule.user for rule in granted}}
            )
            await access.allow(granted)

    @property
    def postgres(self) -> Server:
        """The PostgreSQL server, as its superuser."""
        if self._server is None:
            raise StartFailed("This stack has no PostgreSQL, or has not been started.")
        return self._server

    @property
    def mail(self) -> Mail:
        """The mail sink's ports."""
        return Mail(smtp_port=self._port("smtp"), http_port=self._port("mail_http"))

    def database(self, service: str) -> Database:
        """Return the database of a service, or of `traces`."""
        return self._databases[service]

    def url(self, name: str) -> str:
        """Return the base URL of a service, of an instance such as `intake-2`, or of `traces`."""
        return f"http://{LOOPBACK}:{self._port(name)}"

    def service(self, name: str) -> ProcessHandle:
        """Return a handle on one process."""
        return ProcessHandle(name, self.supervisor)

    async def join(self, service: str) -> ProcessHandle:
        """Start one more instance of a service and return its handle.

        The instance has no fixed member id in its consumer group, so that its start and its stop both cause a rebalance.
        """
        count = self._joined.get(service, len(self.plan.names_of(service))) + 1
        self._joined[service] = count
        name = f"{service}-{count}"
        env = self._env(service, name, count) | {"ALONGSIDE_KAFKA_INSTANCE_ID": ""}
        self.supervisor.add(parts.service_instance(service, name, env, after=()))
        await self.supervisor.start_one(name)
        return self.service(name)

    def addresses(self) -> dict[str, str]:
        """Return the addresses of all parts, by name."""
        by_name = {
            name: self.url(name) for service in self.plan.services for name in self.plan.names_of(service)
        }
        if self.plan.traces:
            by_name["traces"] = self.url("traces")
        if self.plan.mail:
            by_name |= {"mail": self.mail.url, "smtp": f"{LOOPBACK}:{self.mail.smtp_port}"}
        if self._broker is not None:
            by_name["kafka"] = self._broker.bootstrap
        if self._server is not None:
            by_name["postgres"] = f"{self._server.host}:{self._server.port}"
        return by_name

    @property
    def service_token(self) -> str:
        """The bearer token that the services share."""
        return self.state.password("service-token")

    async def create_topics(self, topics: Iterable[Topic]) -> None:
        """Create topics with the settings of this broker; see `topics.create_topics`."""
        await create_topics(self.kafka, [self.broker.adapt(topic) for topic in topics])

    async def _nodes(self) -> list[Node]:
        nodes: list[Node] = []
        if self.plan.postgres:
            nodes += self._postgres_nodes()
        if self.plan.kafka:
            nodes += await self._kafka_nodes()
        if self.plan.mail:
            nodes.append(parts.mail_sink(self.mail, self.state.mail))
        if self.plan.traces:
            nodes.append(parts.trace_receiver(self.database("traces"), self._port("traces")))
        for service in self.plan.services:
            nodes += self._service_nodes(service, after=_infrastructure_names(nodes))
        return nodes

    def _postgres_nodes(self) -> list[Node]:
        if self._settings.postgres is not None:
            server = Server.from_url(self._settings.postgres.get_secret_value())
            nodes = parts.external_postgres(server)
        else:
            account = server_account()
            cluster = Cluster(
                home=self.state.postgres_home(account),
                port=self._port("postgres"),
                password=self.state.password("postgres"),
                account=account,
                unsafe_fast=self._unsafe_fast,
            )
            server, nodes = cluster.server, parts.postgres(cluster)
        self._server = server
        names = (*self.plan.services, *(["traces"] if self.plan.traces else []))
        for name in names:
            secret = self.state.password(f"database-{name}")
            self._databases[name] = Database(server.host, server.port, name, name, secret)
        return [*nodes, parts.databases(server, self._databases, after=(nodes[-1].name,))]

    async def _kafka_nodes(self) -> list[Node]:
        broker = await choose_broker(
            self._broker_options(),
            folder=self.state.kafka,
            port_of=self._port,
            report_progress=self._report_progress,
        )
        self._broker = broker

        async def create() -> None:
            await self.create_topics(self._topics)
            if self.broker.admin and self.plan.rules:
                await self.allow(self.plan.rules)

        return [*broker.nodes, StartUpTask(name=parts.TOPICS, run=create, after=broker.serving)]

    def _broker_options(self) -> BrokerOptions:
        settings = self._settings
        return BrokerOptions(
            choice=settings.broker,
            external=settings.kafka,
            cache=settings.cache,
            java_home=settings.java_home,
            heap_mb=settings.kafka_heap_mb,
            fetch_seconds_max=settings.kafka_fetch_seconds_max,
            kafka_nodes=self.plan.kafka_nodes,
            passwords=ClusterPasswords(
                cluster=self.state.password(f"kafka-{CLUSTER}"), admin=self.state.password(f"kafka-{ADMIN}")
            )
            if self.plan.rules is not None
            else None,
            tls=self.plan.tls,
            proxy_ports=self.plan.proxy_ports,
        )

    def _service_nodes(self, service: str, *, after: tuple[str, ...]) -> list[Node]:
        names = self.plan.names_of(service)
        envs = [self._env(service, name, number) for number, name in enumerate(names, start=1)]
        instances = (
            parts.service_instance(service, name, env, after=after)
            for name, env in zip(names, envs, strict=True)
        )
        return [parts.migration(service, envs[0]), *instances]

    def _env(self, service: str, name: str, number: int) -> dict[str, str]:
        proxy_ports, database, kafka = self.plan.proxy_ports, self.database(service), self.kafka_as(service)
        env = ServiceEnv(
            service=service,
            database=replace(database, port=proxy_ports.postgres or database.port),
            kafka=replace(kafka, bootstrap=addresses(proxy_ports.kafka)) if proxy_ports.kafka else kafka,
            port=self._port(name),
            otlp_endpoint=self.url("traces") if self.plan.traces else "",
            instance_id=f"{service}-{number}",  # a restarted process gets its partitions back at once (docs/decisions/0012)
            service_token=self.service_token,
            person_key=self.state.key("person-key"),
            smtp_port=self.mail.smtp_port if self.plan.mail else None,
            urls={other: self.url(other) for other in self.plan.services},
        )
        return {**env.variables(), **self.plan.env.get(service, {})}

    def _port(self, name: str) -> int:
        if name not in self._ports:
            usual = USUAL_PORTS.get(name) if self.plan.usual_ports else None
            requested = self._settings.requested_port(name)
            self._ports[name] = self.state.port(name, requested=requested, preferred=usual)
        return self._ports[name]

    def _write_status(self, _event: Event) -> None:
        pid = os.getpid()
        self.state.write_status(
            {
                "pid": pid,
                "started_at": start_time(pid),
                "addresses": self.addresses(),
                "nodes": [asdict(node) for node in self.status()],
            }
        )

    def status(self) -> tuple[ProcessStatus, ...]:
        """Return the status of every process and task."""
        return self.supervisor.status()

    def is_healthy(self) -> bool:
        """Return whether every node is ready or done."""
        return all(node.state in {State.READY, State.DONE} for node in self.status())


def _infrastructure_names(nodes: Iterable[Node]) -> tuple[str, ...]:
    infrastructure = (parts.TOPICS, parts.MAIL, parts.TRACES)
    return tuple(node.name for node in nodes if node.name in infrastructure)
