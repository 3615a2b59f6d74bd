"""The generated blocks: the blocks of each file, and the lines of each block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap

from alongside_contracts.access import rules_for, user_of
from tools.generate.codes import codes_of_network, codes_of_person, glossary_tables
from tools.generate.messages import message_table, repeat_table
from tools.generate.services import DeployedService

Services = tuple[DeployedService, ...]
Lines = Callable[[Services], Iterator[str]]

WIDTH = 108
PORT, PUBLIC_PORT = 8100, 8101
"""The ports of every service in its container."""
COMMON_SECRETS = ("POSTGRES_PASSWORD", "KAFKA_CLUSTER_PASSWORD", "KAFKA_ADMIN_PASSWORD", "SERVICE_TOKEN")


def compose_anchors(services: Services) -> Iterator[str]:
    """Yield image and settings of each service, shared by the service and its migration."""
    for service in services:
        name = service.name
        yield f"x-{name}: &{name}"
        yield f"  image: alongside/{name}:${{VERSION:-dev}}"
        yield f"  build: {{context: ., dockerfile: deploy/Dockerfile, args: {{SERVICE: {name}}}}}"
        yield "  environment:"
        yield "    <<: *environment"
        yield f"    ALONGSIDE_KAFKA_USER: {name}"
        yield f"    ALONGSIDE_KAFKA_PASSWORD: ${{{service.kafka_password}:-}}"
        yield f"    ALONGSIDE_DATABASE_URL: postgresql://{name}:${{{service.database_password}:-}}@postgres:5432/{name}"
        if service.public_only:
            yield "    ALONGSIDE_PUBLIC_HTTP_HOST: 0.0.0.0"
            yield f'    ALONGSIDE_PUBLIC_HTTP_PORT: "{PUBLIC_PORT}"'
        for variable, value in service.environment.items():
            yield f"    {variable}: {value}"
        for variable in service.passed_on:
            yield f"    {variable}:"
        yield ""


def compose_required(services: Services) -> Iterator[str]:
    """Yield the variables that must be set before the start, and whether each is set."""
    required = [
        *COMMON_SECRETS,
        *(service.database_password for service in services),
        *(service.kafka_password for service in services),
        *(variable for service in services for variable in service.required),
    ]
    yield "WANTED: >-"
    for line in wrap(" ".join(required), WIDTH - 8):
        yield f"  {line}"
    for variable in required:
        yield f"{variable}: ${{{variable}:+set}}"


def compose_database_passwords(services: Services) -> Iterator[str]:
    """Yield the password of each service's database role."""
    yield f"SERVICES: {' '.join(service.name for service in services)}"
    for service in services:
        yield f"{service.database_password}: ${{{service.database_password}:-}}"


def compose_kafka_passwords(services: Services) -> Iterator[str]:
    """Yield the password of each service's Kafka user."""
    for service in services:
        yield f"ALONGSIDE_{service.kafka_password}: ${{{service.kafka_password}:-}}"


def compose_migrations(services: Services) -> Iterator[str]:
    """Yield one migration job per service."""
    for service in services:
        yield f"migrate-{service.name}:"
        yield f"  <<: [*job, *{service.name}]"
        yield f"  command: [python, -m, {service.package}, migrate]"
        yield "  depends_on: *databases-ready"
        yield ""


def compose_services(services: Services) -> Iterator[str]:
    """Yield the services themselves."""
    for service in services:
        yield f"{service.name}:"
        yield f"  <<: [*service, *{service.name}]"
        yield f'  ports: ["127.0.0.1:{service.port}:{PUBLIC_PORT if service.public_only else PORT}"]'
        yield "  depends_on:"
        yield "    <<: *engines-ready"
        yield f"    migrate-{service.name}: {{condition: service_completed_successfully}}"
        for other in service.starts_after:
            yield f"    {other}: {{condition: service_healthy}}"
        yield ""


def scrape_targets(services: Services) -> Iterator[str]:
    """Yield the address of each service's metrics for Prometheus."""
    for service in services:
        yield f"- targets: [{service.name}:{PORT}]"
        yield f"  labels: {{service: {service.name}}}"


def example_database_passwords(services: Services) -> Iterator[str]:
    """Yield the database passwords of .env, without values."""
    return (f"{service.database_password}=" for service in services)


def example_kafka_passwords(services: Services) -> Iterator[str]:
    """Yield the Kafka passwords of .env, without values."""
    return (f"{service.kafka_password}=" for service in services)


def editable_requirements(services: Services) -> Iterator[str]:
    """Return the services as distributions whose dependencies are locked."""
    return (f"-e ./services/{service.name}" for service in services)


def service_packages(services: Services) -> Iterator[str]:
    """Return the packages as lines of a TOML list."""
    return (f'"{service.package}",' for service in services)


def type_paths(services: Services) -> Iterator[str]:
    """Return the folder of each service's package for mypy."""
    return (f'"$MYPY_CONFIG_FILE_DIR/services/{service.name}",' for service in services)


def import_layers(services: Services) -> Iterator[str]:
    """Yield the top layer of the import rules: packages that never import each other."""
    distributions = ["alongside_cli", *(service.package for service in services)]
    yield f'"{" | ".join(distributions)}",'


def rights(services: Services) -> Iterator[str]:
    """Yield the table of rights at Kafka, derived from the streams, for every service and for a partner."""
    yield "| user | writes | reads | in groups |"
    yield "|---|---|---|---|"
    for user in (*(service.name for service in services), user_of("<id>")):
        cells = [
            resource_names(user, *right)
            for right in (("write", "topic"), ("read", "topic"), ("read", "group"))
        ]
        yield f"| `{user}` | {' | '.join(cells)} |"


def resource_names(user: str, right: str, resource: str) -> str:
    """Return the topics or groups that a user may read or write."""
    names = sorted(
        f"{rule.name}{'…' if rule.prefix else ''}"
        for rule in rules_for(["<id>"])
        if (rule.user, rule.right, rule.resource) == (user, right, resource)
    )
    return ", ".join(f"`{name}`" for name in names)


def port_settings(services: Services) -> Iterator[str]:
    """Yield the table of settings for the services' ports in the local stack."""
    yield "| port of a service | default | meaning |"
    yield "|---|---|---|"
    for service in services:
        yield f"| `ALONGSIDE_{service.name.upper()}_PORT` | none | {service.port}, or any free port |"


def address_settings(services: Services) -> Iterator[str]:
    """Yield the table of settings for the services' addresses on the command line."""
    yield "| address of a service | default | meaning |"
    yield "|---|---|---|"
    for service in services:
        yield f"| `ALONGSIDE_{service.name.upper()}_URL` | none | its base URL |"


BLOCKS: Mapping[str, Mapping[str, Lines]] = {
    "docker-compose.yml": {
        "images and settings": compose_anchors,
        "required settings": compose_required,
        "passwords of databases": compose_database_passwords,
        "passwords at Kafka": compose_kafka_passwords,
        "migrations": compose_migrations,
        "services": compose_services,
    },
    "deploy/prometheus/prometheus.yml": {"targets": scrape_targets},
    "deploy/example.env": {
        "passwords of databases": example_database_passwords,
        "passwords at Kafka": example_kafka_passwords,
    },
    "requirements.in": {"services": editable_requirements},
    "pyproject.toml": {
        "first party": service_packages,
        "type paths": type_paths,
        "packages": service_packages,
        "layers": import_layers,
        "containers": service_packages,
        "services": service_packages,
    },
    "shared/contracts/alongside_contracts/vocabulary/network.py": {
        "names of codes of the network": codes_of_network
    },
    "shared/contracts/alongside_contracts/vocabulary/person.py": {
        "names of codes of the person": codes_of_person
    },
    "docs/architecture.md": {"what a message does": message_table},
    "docs/partners.md": {"what a repeat changes": repeat_table},
    "docs/glossary.md": {"code lists": glossary_tables},
    "docs/operations.md": {"rights at Kafka": rights, "ports": port_settings, "addresses": address_settings},
}
"""The generator of each block, by file and block name."""
