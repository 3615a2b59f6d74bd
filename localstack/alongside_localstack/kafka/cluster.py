"""Apache Kafka in KRaft mode on loopback: the settings, storage and command line of each node.

The stack and most tests run one node; a cluster of three for failover tests differs only in numbers (voters,
replicas). Durability settings are Kafka's defaults: only start-up pauses, memory and the partition counts of internal
topics are smaller.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from alongside_chassis.kafka import Kafka
from alongside_localstack.errors import StartFailed
from alongside_localstack.kafka.jars import KafkaJars
from alongside_localstack.kafka.proxy_ports import ProxyPorts
from alongside_localstack.kafka.security import ADMIN, ClusterPasswords, Tls
from alongside_localstack.ports import LOOPBACK

BROKERS = "BROKERS"
"""The listener of brokers and the administrator."""
_STORAGE_SECONDS_MAX = 60
_LOG4J = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1}: %m%n
rootLogger.level = {level}
rootLogger.appenderRef.console.ref = console
# Prints every setting at start, twice.
logger.config.name = org.apache.kafka.common.config.AbstractConfig
logger.config.level = error
"""


@dataclass(frozen=True)
class KafkaNode:
    """One node: combined broker and controller."""

    number: int
    client_port: int
    controller_port: int
    brokers_port: int = 0
    """The port for brokers and the administrator, on a cluster that requires log-in."""

    @property
    def voter(self) -> str:
        """The node's entry in the controller quorum."""
        return f"{self.number}@{LOOPBACK}:{self.controller_port}"


@dataclass(frozen=True)
class KafkaCluster:
    """One to three nodes below `folder`. With the same folder and ports, records survive a restart."""

    folder: Path
    jars: KafkaJars
    nodes: tuple[KafkaNode, ...]
    heap_mb: int = 512
    log_level: str = "info"
    passwords: ClusterPasswords | None = None
    """Require log-in, and refuse what no rule allows; None allows everything without log-in."""
    tls: Tls | None = None
    """Use TLS for clients; only with `passwords`."""
    proxy_ports: ProxyPorts = field(default_factory=ProxyPorts)

    @property
    def bootstrap(self) -> str:
        """`host:port[,host:port]` for clients."""
        return addresses(node.client_port for node in self.nodes)

    def admin_of(self, *nodes: KafkaNode) -> Kafka:
        """Return the administrator's connection settings, for these nodes or for all."""
        if self.passwords is None:
            return Kafka(addresses(node.client_port for node in nodes or self.nodes))
        return Kafka(
            addresses(node.brokers_port for node in nodes or self.nodes),
            security_protocol="SASL_PLAINTEXT",
            sasl_mechanism="PLAIN",
            user=ADMIN,
            password=SecretStr(self.passwords.admin),
        )

    def home(self, node: KafkaNode) -> Path:
        """Return the node's folder."""
        return self.folder / f"node-{node.number}"

    def create(self) -> None:
        """Write every node's settings and, the first time, format its storage."""
        for node in self.nodes:
            self.home(node).mkdir(parents=True, exist_ok=True)
            self._settings_file(node).write_text(self.settings(node))
            (self.home(node) / "log4j2.properties").write_text(_LOG4J.replace("{level}", self.log_level))
            self._format(node)

    def argv(self, node: KafkaNode) -> tuple[str, ...]:
        """Return the command that runs the node in the foreground."""
        return (*self.java_options(node), "kafka.Kafka", str(self._settings_file(node)))

    def java_options(self, node: KafkaNode) -> tuple[str, ...]:
        """Return `java` and its options, tuned for a fast start on few cores rather than for throughput."""
        archive = self.jars.archive
        return (
            str(self.jars.java.command),
            f"-Xms{min(self.heap_mb, 128)}m",
            f"-Xmx{self.heap_mb}m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            *([f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"] if archive.exists() else []),
            "-Djava.awt.headless=true",
            f"-Dlog4j2.configurationFile={self.home(node) / 'log4j2.properties'}",
            "-cp",
            self.jars.class_path,
        )

    def settings(self, node: KafkaNode) -> str:
        """Return the content of the node's server.properties."""
        lines = self._identity(node) | self._replication() | self._security(node) | _SMALL_CLUSTER_SETTINGS
        return "".join(f"{name}={value}\n" for name, value in lines.items())

    def _identity(self, node: KafkaNode) -> dict[str, str]:
        listeners = self._listeners(node)
        advertised = {name: port for name, port in listeners.items() if name != "CONTROLLER"}
        if "PROXY" in advertised:
            advertised["PROXY"] = self.proxy_ports.kafka[node.number - 1]
        return {
            "process.roles": "broker,controller",
            "node.id": str(node.number),
            "controller.quorum.voters": ",".join(each.voter for each in self.nodes),
            "listeners": _listener_list(listeners),
            "advertised.listeners": _listener_list(advertised),
            "listener.security.protocol.map": ",".join(
                f"{name}:{self._protocol(name)}" for name in listeners
            ),
            "inter.broker.listener.name": BROKERS if self.passwords else "CLIENT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self._storage(node)),
        }

    def _listeners(self, node: KafkaNode) -> dict[str, int]:
        listeners = {"CLIENT": node.client_port, "CONTROLLER": node.controller_port}
        if self.passwords:
            listeners[BROKERS] = node.brokers_port
        if self.proxy_ports.kafka_backend:
            listeners["PROXY"] = self.proxy_ports.kafka_backend[node.number - 1]
        return listeners

    def _protocol(self, listener: str) -> str:
        if self.passwords is None:
            return "PLAINTEXT"
        return "SASL_SSL" if self.tls and listener == "CLIENT" else "SASL_PLAINTEXT"

    def _security(self, node: KafkaNode) -> dict[str, str]:
        if self.passwords is None:
            return {}
        internal = (BROKERS, "CONTROLLER")
        clients = [name for name in self._listeners(node) if name not in internal]
        keys = {"keystore.type": "PEM", "keystore.location": str(self.tls.keys)} if self.tls else {}
        tls = {f"listener.name.client.ssl.{name}": value for name, value in keys.items()}
        return self.passwords.settings(clients=clients, internal=internal) | tls

    def _replication(self) -> dict[str, str]:
        replicas = str(len(self.nodes))
        in_sync_min = str(max(1, len(self.nodes) - 1))
        return {
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync_min,
            "offsets.topic.replication.factor": replicas,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync_min,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": in_sync_min,
        }

    def _format(self, node: KafkaNode) -> None:
        # Writes what the storage tool would, without a second JVM; the checkpoint was made by the tool (see below).
        storage = self._storage(node)
        if (storage / "meta.properties").exists():
            return
        shutil.rmtree(storage, ignore_errors=True)
        storage.mkdir(parents=True)
        shutil.copyfile(self.jars.checkpoint, storage / "bootstrap.checkpoint")
        unfinished = storage / "meta.properties.tmp"
        unfinished.write_text(
            f"version=1\ncluster.id={self._cluster_id()}\nnode.id={node.number}\ndirectory.id={kafka_uuid()}\n"
        )
        unfinished.rename(storage / "meta.properties")

    def _cluster_id(self) -> str:
        id_file = self.folder / "cluster-id"
        if not id_file.exists():
            id_file.write_text(kafka_uuid())
        return id_file.read_text()

    def _settings_file(self, node: KafkaNode) -> Path:
        return self.home(node) / "server.properties"

    def _storage(self, node: KafkaNode) -> Path:
        return self.home(node) / "data"


def addresses(ports: Iterable[int]) -> str:
    """Return `host:port[,host:port]` on loopback."""
    return ",".join(f"{LOOPBACK}:{port}" for port in ports)


def _listener_list(ports: Mapping[str, int]) -> str:
    return ",".join(f"{name}://{LOOPBACK}:{port}" for name, port in ports.items())


_SMALL_CLUSTER_SETTINGS = {
    "auto.create.topics.enable": "false",  # a mistyped topic must fail, not appear with one partition
    "group.initial.rebalance.delay.ms": "0",
    # A killed broker may register again only when its old session is over: 9 s by default, 11 s until it serves.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.num.partitions": "1",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "2",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.index.size.max.bytes": "1048576",
}


def format_checkpoint(jars: KafkaJars) -> None:
    """Run Kafka's storage tool to write the checkpoint that every new cluster starts from; once per cache."""
    if jars.checkpoint.exists():
        return
    with tempfile.TemporaryDirectory(prefix="alongside-kafka-") as scratch:
        cluster = KafkaCluster(Path(scratch), jars, (KafkaNode(1, 1, 2),))
        node = cluster.nodes[0]
        settings = cluster.home(node) / "server.properties"
        settings.parent.mkdir()
        settings.write_text(cluster.settings(node))
        (settings.parent / "log4j2.properties").write_text(_LOG4J.replace("{level}", "warn"))
        argv = (*cluster.java_options(node), "kafka.tools.StorageTool", "format", "-c", str(settings))
        done = subprocess.run(
            [*argv, "-t", kafka_uuid()],
            capture_output=True,
            text=True,
            timeout=_STORAGE_SECONDS_MAX,
            check=False,
        )
        written = settings.parent / "data" / "bootstrap.checkpoint"
        if not written.exists():
            raise StartFailed(
                f"Kafka's storage tool failed (exit {done.returncode}).",
                log_tail=(done.stdout + done.stderr)[-2000:],
                remedy=f"delete {jars.folder} and start again.",
            )
        unfinished = jars.checkpoint.with_suffix(f".{uuid.uuid4().hex}")
        shutil.copyfile(written, unfinished)
        unfinished.rename(jars.checkpoint)


def kafka_uuid() -> str:
    """Return a random id in Kafka's encoding, never with a leading dash, which its command line would refuse."""
    while True:
        encoded = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not encoded.startswith("-"):
            return encoded
