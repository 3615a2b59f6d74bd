"""The services with what a deployment has to know of each: the list's entry, and the service's own `deploy.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alongside_contracts.services import NETWORK


@dataclass(frozen=True)
class DeployedService:
    """One service. Everything but name and port comes from `services/<name>/deploy.toml`, which may be absent."""

    name: str
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of its container beside those of every service, with their values as docker-compose reads them."""
    passed_on: tuple[str, ...] = ()
    """Variables taken from the caller's environment, and left out where not set."""
    required: tuple[str, ...] = ()
    """Variables without which nothing is started."""
    starts_after: tuple[str, ...] = ()
    """Services that have to be healthy first."""

    @property
    def package(self) -> str:
        """The Python package."""
        return f"alongside_{self.name}"

    @property
    def database_password(self) -> str:
        """The variable with the password of its database role."""
        return f"{self.name.upper()}_DB_PASSWORD"

    @property
    def kafka_password(self) -> str:
        """The variable with the password of its Kafka user."""
        return f"KAFKA_{self.name.upper()}_PASSWORD"


def load_services(root: Path) -> tuple[DeployedService, ...]:
    """Every service of the list, in its order. Raises TypeError for a key in a `deploy.toml` that nobody reads."""
    return tuple(
        DeployedService(entry.name, entry.port, **_own(root / "services" / entry.name / "deploy.toml"))
        for entry in NETWORK
    )


def _own(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return {key: tuple(value) if isinstance(value, list) else value for key, value in read.items()}
