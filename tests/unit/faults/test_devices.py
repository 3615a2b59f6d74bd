"""The tools of the fault laboratory: proxies in front of Kafka, clocks that can be changed, the address book."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import IO

import httpx2
import pytest

from alongside_lab.faults.injection.addresses import address_book
from alongside_lab.faults.injection.clocks import ClocksUnavailable, FakeClocks, fake_clocks
from alongside_localstack.kafka.cluster import KafkaCluster, KafkaNode
from alongside_localstack.kafka.jars import KafkaJars
from alongside_localstack.kafka.java import Java
from alongside_localstack.kafka.proxy_ports import ProxyPorts
from alongside_localstack.ports import free_port
from alongside_localstack.settings import inherited_environment

NODE = KafkaNode(1, 9092, 9093)


def settings_of(proxy_ports: ProxyPorts, folder: Path, node: KafkaNode = NODE) -> dict[str, str]:
    """Return a node's settings by name."""
    jars = KafkaJars(folder, Java(Path("java"), 17))
    lines = KafkaCluster(folder, jars, (node,), proxy_ports=proxy_ports).settings(node).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_the_listener_behind_the_proxy_advertises_the_proxys_address(tmp_path: Path) -> None:
    settings = settings_of(ProxyPorts(kafka=(7000,), kafka_backend=(7001,)), tmp_path)

    assert "PROXY://127.0.0.1:7001" in settings["listeners"].split(",")
    assert settings["advertised.listeners"].split(",") == [
        "CLIENT://127.0.0.1:9092",
        "PROXY://127.0.0.1:7000",
    ]


def test_each_node_has_a_separate_proxy(tmp_path: Path) -> None:
    proxy_ports = ProxyPorts(kafka=(7000, 7010), kafka_backend=(7001, 7011))

    settings = settings_of(proxy_ports, tmp_path, KafkaNode(2, 9192, 9193))

    assert "PROXY://127.0.0.1:7011" in settings["listeners"].split(",")
    assert "PROXY://127.0.0.1:7010" in settings["advertised.listeners"].split(",")


def test_without_proxies_kafka_has_one_listener_for_clients(tmp_path: Path) -> None:
    settings = settings_of(ProxyPorts(), tmp_path)

    assert settings["advertised.listeners"] == "CLIENT://127.0.0.1:9092"
    assert settings["listener.security.protocol.map"] == "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT"


def test_each_service_has_a_separate_clock(tmp_path: Path) -> None:
    clocks = FakeClocks(tmp_path / "libfaketime.so", tmp_path)
    files = {
        service: Path(clocks.environment(service)["FAKETIME_TIMESTAMP_FILE"])
        for service in ("intake", "matching")
    }

    clocks.set_offset("intake", 10_800)

    assert files["intake"].read_text() == "+10800\n"
    assert files["matching"].read_text() == "+0\n"


def test_a_changed_clock_changes_only_the_wall_clock_of_a_running_process(
    tmp_path: Path,
) -> None:
    try:
        clocks = fake_clocks(tmp_path, ["intake"])
    except ClocksUnavailable as error:
        pytest.skip(str(error))
    env = {**inherited_environment(), **clocks.environment("intake")}
    program = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.monotonic(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", program], env=env, stdin=PIPE, stdout=PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        before = read_clocks(process.stdin, process.stdout)

        clocks.set_offset("intake", 3_600)
        while (after := read_clocks(process.stdin, process.stdout))[0] < before[0] + 3_000:
            assert after[1] < before[1] + 10, "the clock did not change within ten seconds"

        assert after[1] < before[1] + 10
        process.stdin.close()


def read_clocks(stdin: IO[str], stdout: IO[str]) -> tuple[float, float]:
    """Ask the process for its wall clock and its monotonic clock, both in seconds."""
    stdin.write("?\n")
    stdin.flush()
    wall, monotonic = stdout.readline().split()
    return float(wall), float(monotonic)


async def test_the_address_book_answers_as_a_service_does_and_partners_but_few_persons_have_an_address() -> (
    None
):
    people = [{"kind": "person", "id": f"person-{number}"} for number in range(199)]
    others = [{"kind": "offer", "id": "person-1"}, {"kind": "partner", "id": "county-court"}]
    question = {"recipients": [*people, *others]}
    async with address_book(free_port()) as url, httpx2.AsyncClient(trust_env=False) as client:
        first = await client.post(f"{url}/contact-routes/query", json=question)
        again = await client.post(f"{url}/contact-routes/query", json=question)

    routes = first.json()["routes"]
    assert [{"kind": route["kind"], "id": route["id"]} for route in routes] == question["recipients"]
    assert routes[-1]["email"] == "desk@county-court.example"
    reachable = [route["email"] for route in routes[:-1] if "problem" not in route]
    assert 0 < len(reachable) < len(people) / 4
    assert {route["problem"] for route in routes if "email" not in route} == {"no-contact-route"}
    assert again.json() == first.json()
