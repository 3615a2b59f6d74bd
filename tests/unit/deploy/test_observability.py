"""Alerts and the dashboard use existing metrics of existing targets, and every alert links to its runbook."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.deploy.files import DEPLOY, SERVICES, alerts, containers, read_yaml, series

PROMETHEUS, GRAFANA = DEPLOY / "prometheus", DEPLOY / "grafana"
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")


def dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((GRAFANA / "dashboards" / "alongside.json").read_text())
    return read


def panel_queries() -> list[tuple[str, str]]:
    return [
        (panel["title"], target["expr"])
        for panel in dashboard()["panels"]
        for target in panel.get("targets", [])
    ]


def unknown(expression: str) -> set[str]:
    return set(re.findall(r"\balongside_\w+", expression)) - series()


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_metrics_that_exist_and_points_at_its_runbook(alert: dict[str, Any]) -> None:
    assert not unknown(alert["expr"])
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["annotations"]["summary"]
    assert alert["annotations"]["runbook_url"] == f"deploy/runbooks/{alert['alert']}.md"


@pytest.mark.parametrize(("title", "expression"), panel_queries())
def test_a_panel_asks_for_metrics_that_exist(title: str, expression: str) -> None:
    assert re.search(r"\balongside_\w+|\bup\{", expression), title
    assert not unknown(expression)


def test_panels_have_different_ids_and_known_data_sources() -> None:
    panels = dashboard()["panels"]
    sources = read_yaml(GRAFANA / "provisioning" / "datasources" / "alongside.yml")["datasources"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    used = {panel["datasource"]["uid"] for panel in panels if "datasource" in panel}
    assert used <= {source["uid"] for source in sources}


def test_every_service_is_scraped_where_it_listens() -> None:
    (job,) = read_yaml(PROMETHEUS / "prometheus.yml")["scrape_configs"]

    scraped = {each["labels"]["service"]: each["targets"] for each in job["static_configs"]}

    assert scraped == {service: [f"{service}:8100"] for service in SERVICES}
    assert all(containers()[service]["environment"]["ALONGSIDE_HTTP_PORT"] == "8100" for service in SERVICES)


def test_every_address_in_the_configurations_is_a_container() -> None:
    sources = read_yaml(GRAFANA / "provisioning" / "datasources" / "alongside.yml")["datasources"]
    collector = read_yaml(DEPLOY / "otel" / "collector.yaml")
    hosts = {re.sub(r"^\w+://", "", source["url"]).split(":")[0] for source in sources}
    hosts.add(collector["exporters"]["otlp/jaeger"]["endpoint"].split(":")[0])

    assert hosts <= containers().keys()


def test_a_collector_pipeline_names_only_what_is_configured() -> None:
    collector = read_yaml(DEPLOY / "otel" / "collector.yaml")

    for pipeline in collector["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= collector[kind].keys()


@needs_promtool
def test_prometheus_accepts_its_configuration_and_rules() -> None:
    check("config", PROMETHEUS / "prometheus.yml")


@needs_promtool
def test_prometheus_accepts_every_panels_query(tmp_path: Path) -> None:
    rules = [
        {"record": "panel:query", "expr": expression.replace("$service", ".*")}
        for _, expression in panel_queries()
    ]
    file = tmp_path / "panels.yml"
    file.write_text(
        json.dumps({"groups": [{"name": f"p{n}", "rules": [rule]} for n, rule in enumerate(rules)]})
    )

    check("rules", file)


@needs_promtool
def test_alerts_fire_when_they_should() -> None:
    run("test", "rules", str(Path(__file__).with_name("alerts_test.yml")))


def check(what: str, file: Path) -> None:
    run("check", what, str(file))


def run(*arguments: str) -> None:
    done = subprocess.run([str(PROMTOOL), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
