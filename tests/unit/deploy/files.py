"""The deployment's files, read once, and the corresponding values in the code."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import Counter, Gauge, Histogram
from pydantic_settings import BaseSettings

from alongside_chassis.observe.metrics import Metrics
from alongside_contracts.services import SERVICES
from alongside_notifications.sending.metrics import MailMetrics
from tests.architecture.source import ROOT

PREFIX = "ALONGSIDE_"
DEPLOY = ROOT / "deploy"


@cache
def compose() -> dict[str, Any]:
    """docker-compose.yml with its anchors resolved and its variables as they are written."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def containers() -> dict[str, dict[str, Any]]:
    """Every container of docker-compose.yml by name."""
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def settings_of(service: str) -> type[BaseSettings]:
    """A service's settings class."""
    found: type[BaseSettings] = importlib.import_module(f"alongside_{service}.settings").Settings
    return found


def variables(settings: type[BaseSettings], *, required: bool = False) -> set[str]:
    """Return the environment variables a settings class reads, or only the required ones."""
    return {
        f"{PREFIX}{name.upper()}"
        for name, field in settings.model_fields.items()
        if field.is_required() or not required
    }


@cache
def metrics() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every metric of the services as Prometheus names it: its type and labels."""
    ours = [each for owner in (Metrics(), MailMetrics()) for each in vars(owner).values()]
    return {
        family.name + ("_total" if family.type == "counter" else ""): (family.type, tuple(each._labelnames))
        for each in ours
        if isinstance(each, Counter | Gauge | Histogram)
        for family in each.describe()
    }


def series() -> set[str]:
    """Every name a query may use."""
    parts = {"histogram": ("_bucket", "_sum", "_count")}
    return {f"{name}{part}" for name, (kind, _) in metrics().items() for part in parts.get(kind, ("",))}


def alerts() -> list[dict[str, Any]]:
    """Every alert of the rules, in their order."""
    read = read_yaml(DEPLOY / "prometheus" / "alerts.yml")
    return [rule for group in read["groups"] for rule in group["rules"]]


def read_yaml(path: Path) -> Any:
    """One YAML document."""
    return yaml.safe_load(path.read_text())


__all__ = ["DEPLOY", "PREFIX", "ROOT", "SERVICES"]
