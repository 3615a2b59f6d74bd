"""Loads the deployment settings of each service: the entry in the list of services, and its `deploy.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alongside_contracts.services import NETWORK


@dataclass(frozen=True)
class DeployedService:
    """One service. All fields but name and port come from `services/<name>/deploy.toml`, which may be absent."""

    name: str
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    """Additional variables of its container, with values in docker-compose's syntax."""
    passed_on: tuple[str, ...] = ()
    """Variables passed from the caller's environment, if set."""
    required: tuple[str, ...] = ()
    """Variables that must be set before anything starts."""
    starts_after: tuple[str, ...] = ()
    """Services that must be healthy before this one starts."""
    public_only: bool = False
    """Whether the machine publishes only its public port, and no route of operators."""

    @property
    def package(self) -> str:
        """The name of the Python package."""
        return f"alongside_{self.name}"

    @property
    def database_password(self) -> str:
        """The variable for the password of its database role."""
        return f"{self.name.upper()}_DB_PASSWORD"

    @property
    def kafka_password(self) -> str:
        """The variable for the password of its Kafka user."""
        return f"KAFKA_{self.name.upper()}_PASSWORD"


def load_services(root: Path) -> tuple[DeployedService, ...]:
    """Return all services, in the order of the list. Raises TypeError for an unknown key in a `deploy.toml`."""
    return tuple(
        DeployedService(entry.name, entry.port, **_own(root / "services" / entry.name / "deploy.toml"))
        for entry in NETWORK
    )


def _own(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return {key: tuple(value) if isinstance(value, list) else value for key, value in read.items()}
