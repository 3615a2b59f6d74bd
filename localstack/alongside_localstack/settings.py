"""Settings of the local stack; the only module of this package that reads the environment."""

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
    """All settings except the services' ports, which are generated from the list of services."""

    model_config = SettingsConfigDict(env_prefix="ALONGSIDE_", env_ignore_empty=True, extra="ignore")

    state: Path = Path(".alongside")
    """Folder of all data of the stack; relative to the working directory."""
    cache: Path = Path("~/.cache/alongside")
    """Folder of downloads shared by all clones and state folders: the jars of Apache Kafka."""

    postgres: SecretStr | None = None
    """`postgresql://superuser:password@host:port` of a server to use instead of starting one."""
    kafka: str | None = None
    """`host:port[,host:port]` of a broker to use instead of starting one."""
    broker: BrokerChoice = "auto"
    """`kafka` requires Apache Kafka, `embedded` the fallback, `auto` prefers Apache Kafka."""
    kafka_heap_mb: int = Field(default=512, ge=128, le=16384)
    kafka_fetch_seconds_max: float = Field(default=300, gt=0)
    """Time limit for the download of the Kafka jars."""
    java_home: Path | None = Field(
        default=None, validation_alias=AliasChoices("ALONGSIDE_JAVA_HOME", "JAVA_HOME")
    )

    traces_port: int | None = None
    mail_http_port: int | None = None
    smtp_port: int | None = None

    def requested_port(self, name: str) -> int | None:
        """Return the configured port of a service, or of `traces`, `mail_http`, `smtp`; None if not set."""
        port: int | None = getattr(self, f"{name}_port", None)
        return port


if TYPE_CHECKING:

    class StackSettings(_StackSettings):
        """Read once where a stack is started; all parts of the stack take plain parameters."""

else:
    StackSettings = create_model(
        "StackSettings",
        __base__=_StackSettings,
        **{f"{service.name}_port": (int | None, None) for service in NETWORK},
    )


def inherited_environment() -> dict[str, str]:
    """Return the environment that child processes inherit, before their own variables.

    PG* variables are left out: they would silently redirect PostgreSQL's client library.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
