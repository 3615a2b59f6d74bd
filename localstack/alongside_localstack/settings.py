"""What can be configured about the local stack; the only place of this package that reads the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import AliasChoices, Field, SecretStr, create_model
from pydantic_settings import SettingsConfigDict

from alongside_chassis.settings import KafkaAccess
from alongside_contracts.services import NETWORK

BrokerChoice = Literal["auto", "kafka", "embedded"]


class _StackSettings(KafkaAccess):
    """Everything but the services' ports, which are made from the list of services."""

    model_config = SettingsConfigDict(env_prefix="ALONGSIDE_", env_ignore_empty=True, extra="ignore")

    state: Path = Path(".alongside")
    """Folder of everything the stack keeps; relative to the working directory."""
    cache: Path = Path("~/.cache/alongside")
    """Folder of downloads shared by every clone and state folder: the jars of Apache Kafka."""

    postgres: SecretStr | None = None
    """`postgresql://superuser:password@host:port` of a server to use instead of starting one."""
    kafka: str | None = None
    """`host:port[,host:port]` of a broker to use instead of starting one."""
    broker: BrokerChoice = "auto"
    """`kafka` insists on Apache Kafka, `embedded` on the fallback, `auto` prefers Kafka."""
    kafka_heap_mb: int = Field(default=512, ge=128, le=16384)
    kafka_fetch_seconds_max: float = Field(default=300, gt=0)
    """How long the download of the Kafka jars may take before it counts as failed."""
    java_home: Path | None = Field(
        default=None, validation_alias=AliasChoices("ALONGSIDE_JAVA_HOME", "JAVA_HOME")
    )

    traces_port: int | None = None
    mail_http_port: int | None = None
    smtp_port: int | None = None

    def requested_port(self, name: str) -> int | None:
        """The port the user demanded for a service (or `traces`, `mail_http`, `smtp`), if any."""
        port: int | None = getattr(self, f"{name}_port", None)
        return port


if TYPE_CHECKING:

    class StackSettings(_StackSettings):
        """Read once by whoever starts a stack; every part below it takes plain parameters."""

else:
    StackSettings = create_model(
        "StackSettings",
        __base__=_StackSettings,
        **{f"{service.name}_port": (int | None, None) for service in NETWORK},
    )


def inherited_environment() -> dict[str, str]:
    """What a child process gets before its own settings are laid over it.

    PG* variables would silently redirect PostgreSQL's client library, so they stay behind.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
