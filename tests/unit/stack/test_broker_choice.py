"""The choice of the broker, and the messages about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from alongside_cli.errors import Unavailable
from alongside_cli.kafka.topics import Topic
from alongside_localstack.kafka.broker import BrokerOptions, choose_broker
from alongside_localstack.kafka.cluster import KafkaCluster, KafkaNode, kafka_uuid
from alongside_localstack.kafka.jars import KafkaJars, kafka_version
from alongside_localstack.kafka.java import Java, find_java
from alongside_localstack.ports import free_port


def any_port(_name: str) -> int:
    return free_port()


def installed_java(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch(mode=0o755)
    (folder / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return folder


async def test_a_named_broker_is_used_as_it_is(tmp_path: Path) -> None:
    broker = await choose_broker(
        BrokerOptions(external="kafka:9092"), folder=tmp_path, port_of=any_port, report_progress=print
    )

    assert (broker.kind, broker.bootstrap) == ("external", "kafka:9092")


async def test_without_java_auto_falls_back_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    lines: list[str] = []

    broker = await choose_broker(
        BrokerOptions(), folder=tmp_path, port_of=any_port, report_progress=lines.append
    )

    assert broker.kind == "embedded"
    assert lines == ["using the embedded broker instead of Apache Kafka: No Java 17 or newer was found."]


async def test_without_java_kafka_insisted_on_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unavailable, match="no Java"):
        await choose_broker(
            BrokerOptions(choice="kafka"), folder=tmp_path, port_of=any_port, report_progress=print
        )


async def test_without_maven_and_jars_auto_falls_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    java_home = installed_java(tmp_path / "java", "21.0.1")
    monkeypatch.setenv("PATH", str(tmp_path))
    lines: list[str] = []
    options = BrokerOptions(cache=tmp_path / "cache", java_home=java_home)

    broker = await choose_broker(options, folder=tmp_path, port_of=any_port, report_progress=lines.append)

    assert broker.kind == "embedded"
    assert "Maven (mvn) is not installed" in lines[0]


async def test_the_embedded_broker_wants_small_segments(tmp_path: Path) -> None:
    broker = await choose_broker(
        BrokerOptions(choice="embedded"), folder=tmp_path, port_of=any_port, report_progress=print
    )

    assert broker.adapt(Topic("t", 1, {"retention.ms": "1"})).config == {
        "retention.ms": "1",
        "segment.bytes": "1048576",
    }


@pytest.mark.parametrize(
    ("version", "usable"), [("17.0.15", True), ("21", True), ("11.0.2", False), ("1.8.0", False)]
)
def test_java_is_used_from_version_17_on(
    version: str, usable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    assert (find_java(installed_java(tmp_path / "java", version)) is not None) is usable


def test_three_nodes_keep_three_copies_and_vote_together(tmp_path: Path) -> None:
    jars = KafkaJars(tmp_path, Java(Path("java"), 17))
    nodes = tuple(KafkaNode(number, 9000 + number, 9100 + number) for number in (1, 2, 3))
    cluster = KafkaCluster(tmp_path, jars, nodes)

    settings = cluster.settings(nodes[1]).splitlines()

    assert "node.id=2" in settings
    assert "controller.quorum.voters=1@127.0.0.1:9101,2@127.0.0.1:9102,3@127.0.0.1:9103" in settings
    assert "min.insync.replicas=2" in settings
    assert "auto.create.topics.enable=false" in settings
    assert cluster.bootstrap == "127.0.0.1:9001,127.0.0.1:9002,127.0.0.1:9003"


def test_every_listener_is_on_loopback(tmp_path: Path) -> None:
    node = KafkaNode(1, 9001, 9101)
    settings = KafkaCluster(tmp_path, KafkaJars(tmp_path, Java(Path("java"), 17)), (node,)).settings(node)

    listeners = [line for line in settings.splitlines() if "listeners=" in line]
    assert all("://127.0.0.1:" in each for line in listeners for each in line.split("=")[1].split(","))


def test_the_kafka_version_comes_from_the_pom() -> None:
    assert kafka_version().startswith("4.")


def test_ids_never_look_like_options() -> None:
    assert not any(kafka_uuid().startswith("-") for _ in range(500))
