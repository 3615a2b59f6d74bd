"""Chooses the broker: an external one, Apache Kafka, or the embedded fallback from PyPI with the same protocol.

The stack treats all three alike: nodes to supervise, an address, and topic settings for that broker.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import CommandError, Unavailable
from alongside_cli.kafka.topics import Topic
from alongside_localstack.kafka.cluster import KafkaCluster, KafkaNode
from alongside_localstack.kafka.jars import KafkaJars, ReportProgress, cached_jars, fetch_jars
from alongside_localstack.kafka.java import JAVA_VERSION_MIN, Java, find_java
from alongside_localstack.kafka.proxy_ports import ProxyPorts
from alongside_localstack.kafka.security import ClusterPasswords, Tls
from alongside_localstack.kafka.start_up_cache import fill_start_up_cache
from alongside_localstack.ports import LOOPBACK
from alongside_localstack.settings import BrokerChoice
from alongside_localstack.supervisor.probes import Probe, tcp
from alongside_localstack.supervisor.processes import Node, Process, StartUpTask

PortOf = Callable[[str], int]

_EMBEDDED_SEGMENT_BYTES = "1048576"  # its append is linear in the segment's length


@dataclass(frozen=True)
class Broker:
    """A broker for the stack. `nodes` is empty for an external broker."""

    kind: Literal["kafka", "embedded", "external"]
    bootstrap: str
    admin: Kafka | None = None
    """The administrator's connection settings, for a broker that requires log-in."""
    nodes: tuple[Node, ...] = ()
    serving: tuple[str, ...] = ()
    """Names of the nodes that must be ready before others use the broker."""

    def adapt(self, topic: Topic) -> Topic:
        """Return the topic with the settings that this broker needs."""
        if self.kind != "embedded":
            return topic
        return topic.with_config(segment_bytes=_EMBEDDED_SEGMENT_BYTES)


@dataclass(frozen=True)
class BrokerOptions:
    """The requested kind of broker, from settings or from a test."""

    choice: BrokerChoice = "auto"
    external: str | None = None
    cache: Path = Path("~/.cache/alongside")
    java_home: Path | None = None
    heap_mb: int = 512
    fetch_seconds_max: float = 300.0
    kafka_nodes: int = 1
    passwords: ClusterPasswords | None = None
    """Require log-in, with these passwords of brokers and administrator. Apache Kafka only."""
    tls: Tls | None = None
    proxy_ports: ProxyPorts = field(default_factory=ProxyPorts)


async def choose_broker(
    options: BrokerOptions, *, folder: Path, port_of: PortOf, report_progress: ReportProgress
) -> Broker:
    """Return the broker for these options, not yet started; `auto` reports in one line why it fell back.

    Raises Unavailable when the option `kafka`, or log-in, requires Apache Kafka and it is not available.
    """
    if options.external:
        return Broker("external", options.external)
    if options.choice == "embedded":
        _require_no_passwords(options)
        return embedded_broker(folder, port_of("kafka"))
    try:
        jars = await asyncio.to_thread(apache_kafka, options, report_progress)
    except CommandError as error:
        if options.choice == "kafka" or options.passwords is not None:
            raise
        report_progress(f"using the embedded broker instead of Apache Kafka: {error.problem}")
        return embedded_broker(folder, port_of("kafka"))
    return kafka_broker(kafka_cluster(options, jars, folder, port_of))


def _require_no_passwords(options: BrokerOptions) -> None:
    if options.passwords is not None:
        raise Unavailable(
            "The embedded broker does not support log-in.", remedy="set ALONGSIDE_BROKER=kafka (needs Java)."
        )


def apache_kafka(options: BrokerOptions, report_progress: ReportProgress) -> KafkaJars:
    """Return Apache Kafka, ready to run, from the cache or, once, from Maven Central. Raises CommandError."""
    java = find_java(options.java_home)
    if java is None:
        raise Unavailable(
            f"No Java {JAVA_VERSION_MIN} or newer was found.",
            remedy=f"install a JRE >= {JAVA_VERSION_MIN} or set JAVA_HOME, or set ALONGSIDE_BROKER=embedded, which needs no Java.",
        )
    jars = cached_jars(options.cache, java) or _fetch(options, java, report_progress)
    fill_start_up_cache(jars, report_progress=report_progress)
    return jars


def _fetch(options: BrokerOptions, java: Java, report_progress: ReportProgress) -> KafkaJars:
    return fetch_jars(
        options.cache, java, seconds_max=options.fetch_seconds_max, report_progress=report_progress
    )


def kafka_cluster(options: BrokerOptions, jars: KafkaJars, folder: Path, port_of: PortOf) -> KafkaCluster:
    """Return the cluster below `folder`, with ports named `kafka`, `kafka_controller`, then `kafka_2` and so on."""
    nodes = tuple(
        KafkaNode(
            number,
            port_of(f"kafka{suffix}"),
            port_of(f"kafka_controller{suffix}"),
            port_of(f"kafka_brokers{suffix}") if options.passwords else 0,
        )
        for number in range(1, options.kafka_nodes + 1)
        for suffix in ("" if number == 1 else f"_{number}",)
    )
    return KafkaCluster(
        folder / "apache",
        jars,
        nodes,
        heap_mb=options.heap_mb,
        passwords=options.passwords,
        tls=options.tls,
        proxy_ports=options.proxy_ports,
    )


def kafka_broker(cluster: KafkaCluster) -> Broker:
    """Return Apache Kafka as nodes to supervise: first its files, then each node, ready when it answers clients."""
    files = StartUpTask(name="kafka-files", run=lambda: asyncio.to_thread(cluster.create))
    names = [f"kafka-{node.number}" if len(cluster.nodes) > 1 else "kafka" for node in cluster.nodes]
    processes = tuple(
        Process(
            name=name,
            argv=cluster.argv(node),
            after=(files.name,),
            probe=_answer_probe(cluster.admin_of(node)),
            ready_seconds_max=90,
            stop_seconds_max=20,
            remedy="check for a used port, a full disk or too little memory (ALONGSIDE_KAFKA_HEAP_MB)",
        )
        for name, node in zip(names, cluster.nodes, strict=True)
    )
    admin = cluster.admin_of() if cluster.passwords else None
    if admin is not None:
        # The password is sent over loopback only: aiokafka need not warn at every connection.
        logging.getLogger("aiokafka.conn").setLevel(logging.ERROR)
    return Broker("kafka", cluster.bootstrap, admin, (files, *processes), tuple(names))


def embedded_broker(folder: Path, port: int) -> Broker:
    """Return the `noida-db` binary as a broker, with only its Kafka port open.

    Killing it loses up to a second of acknowledged records: never run crash tests on it. Stopping it writes all
    records to disk, which takes long for many records. Raises Unavailable when the wheel is not installed.
    """
    spec = find_spec("noida_db")
    if spec is None or spec.origin is None:
        raise Unavailable(
            "The noida-db wheel is not installed.", remedy="run `make setup` (it installs requirements.lock)."
        )
    home = folder / "embedded"

    async def create() -> None:
        home.mkdir(parents=True, exist_ok=True)

    files = StartUpTask(name="kafka-files", run=create)
    process = Process(
        name="kafka",
        argv=(
            str(Path(spec.origin).parent / "noida-db"),
            "start",
            *("--data-dir", str(home)),
            *("--host", LOOPBACK),
            *("--only", "kafka"),
            *("--kafka-port", str(port)),
        ),
        cwd=folder,
        after=(files.name,),
        probe=_answer_probe(Kafka(f"{LOOPBACK}:{port}")),
        stop_seconds_max=30,
        orphan_signal=signal.SIGTERM,
    )
    return Broker("embedded", f"{LOOPBACK}:{port}", None, (files, process), ("kafka",))


def _answer_probe(kafka: Kafka) -> Probe:
    """Return a probe that is ready when the broker answers a metadata request: its port opens shortly before."""
    listens = tcp(int(kafka.bootstrap.rsplit(":", 1)[-1]))

    async def check() -> str | None:
        # Checked first: the client below logs every refused connection.
        if (reason := await listens()) is not None:
            return reason
        admin = AIOKafkaAdminClient(**kafka.options(), request_timeout_ms=2000)
        try:
            await admin.start()
            await admin.list_topics()
        except (KafkaError, OSError) as error:
            return f"Kafka does not answer on {kafka.bootstrap} ({type(error).__name__})"
        finally:
            await admin.close()
        return None

    return check
