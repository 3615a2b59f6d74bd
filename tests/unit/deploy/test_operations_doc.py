"""docs/operations.md agrees with the code: every setting with its default, every metric, every alert."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from alongside_chassis.settings import Settings as ChassisSettings
from alongside_cli.settings import InstallationSettings
from alongside_contracts.access import rules_for, user_of
from alongside_contracts.services import SERVICES
from alongside_localstack.settings import StackSettings
from tests.unit.deploy.files import DEPLOY, PREFIX, ROOT, alerts, metrics, settings_of

PAGE = (ROOT / "docs" / "operations.md").read_text()
SECTIONS: dict[str, type[BaseSettings]] = {
    "Every service": ChassisSettings,
    **{service.capitalize(): settings_of(service) for service in SERVICES},
    "Settings of the command line": InstallationSettings,
    "Settings of the local stack": StackSettings,
}


def section(title: str) -> str:
    """The text below a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/operations.md has no heading {title!r}"
    return found[1]


def rows(title: str) -> dict[str, str]:
    """First and second column of a section's table."""
    return dict(re.findall(r"^\| `([^`]+)` \| (.*?) \|", section(title), flags=re.MULTILINE))


def own_fields(settings: type[BaseSettings]) -> dict[str, FieldInfo]:
    inherited = {} if settings is ChassisSettings else ChassisSettings.model_fields
    shared = inherited if issubclass(settings, ChassisSettings) else {}
    return {name: field for name, field in settings.model_fields.items() if name not in shared}


def documented_default(field: FieldInfo) -> str:
    """A default as the page writes it."""
    if field.is_required():
        return "required"
    if field.default_factory is not None:
        return "see right"
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    if default is None:
        return "none"
    if isinstance(default, Path) and default.is_absolute():
        return f"the shipped `{'/'.join(default.parts[-3:])}`"
    return f"`{default}`" if default != "" else "empty"


@pytest.mark.parametrize("title", SECTIONS)
def test_every_setting_is_described_with_its_default_and_no_other(title: str) -> None:
    in_the_code = {
        f"{PREFIX}{name.upper()}": documented_default(field)
        for name, field in own_fields(SECTIONS[title]).items()
    }

    assert rows(title) == in_the_code, "bring the table in docs/operations.md up to date"


def test_every_metric_is_described_with_its_labels() -> None:
    described = {name: tuple(re.findall(r"`(\w+)`", labels)) for name, labels in rows("Metrics").items()}

    assert described == {name: labels for name, (_, labels) in metrics().items()}


def test_the_table_of_rights_is_the_contracts_own() -> None:
    users = [*SERVICES, user_of("<id>")]
    cells = (("write", "topic"), ("read", "topic"), ("read", "group"))
    wanted = [
        f"| `{user}` | {' | '.join(names_in(user, right, resource) for right, resource in cells)} |"
        for user in users
    ]

    assert [line for line in section("Who may do what at Kafka").splitlines() if line in wanted] == wanted


def names_in(user: str, right: str, resource: str) -> str:
    """What a user may read or write, as the page writes it."""
    found = sorted(
        f"{rule.name}{'…' if rule.prefix else ''}"
        for rule in rules_for(["<id>"])
        if (rule.user, rule.right, rule.resource) == (user, right, resource)
    )
    return ", ".join(f"`{name}`" for name in found)


def test_every_alert_is_listed_with_its_urgency_and_its_runbook() -> None:
    listed = re.findall(
        r"^\| \[(\w+)\]\(\.\./deploy/runbooks/(\w+)\.md\) \| (\w+) \|", PAGE, flags=re.MULTILINE
    )

    assert listed == [(alert["alert"], alert["alert"], alert["labels"]["severity"]) for alert in alerts()]


def test_every_address_on_the_page_is_one_that_compose_publishes() -> None:
    published = set(re.findall(r'"127\.0\.0\.1:(\d+):\d+"', (ROOT / "docker-compose.yml").read_text()))
    before_settings = PAGE.partition("## Settings of the services")[0]

    named = set(re.findall(r"127\.0\.0\.1:(\d+)", before_settings))

    assert named <= published


def test_the_dashboard_names_only_alerts_that_exist() -> None:
    panels = json.loads((DEPLOY / "grafana" / "dashboards" / "alongside.json").read_text())["panels"]
    known = {alert["alert"] for alert in alerts()}
    named = {
        word
        for panel in panels
        for word in re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", panel.get("description", ""))
    }

    assert named <= known
