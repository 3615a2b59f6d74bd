"""The settings of every service, with units in their names. The environment is read here and nowhere else."""

from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from alongside_chassis.kafka.access import NO_PASSWORD, Kafka, SaslMechanism, SecurityProtocol


class KafkaAccess(BaseSettings):
    """The user and protocol of Kafka connections, for services and the command line."""

    model_config = SettingsConfigDict(env_prefix="ALONGSIDE_", extra="ignore", frozen=True)

    kafka_security_protocol: SecurityProtocol = "PLAINTEXT"
    """`SASL_SSL`, or `SASL_PLAINTEXT` inside a private network; `PLAINTEXT` only for a cluster without access control."""
    kafka_sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: SecretStr = Field(default=NO_PASSWORD, validate_default=True)
    kafka_ca_file: FilePath | None = None
    """PEM file of the authority that signed the brokers' certificates; without it, the system's authorities are trusted."""

    @field_validator("kafka_password")
    @classmethod
    def _goes_with_the_protocol(cls, password: SecretStr, others: ValidationInfo) -> SecretStr:
        uses_sasl = str(others.data.get("kafka_security_protocol")).startswith("SASL")
        user_and_password = (others.data.get("kafka_user"), password.get_secret_value())
        if not all(user_and_password) if uses_sasl else any(user_and_password):
            raise ValueError("user and password are needed with a SASL protocol, and only then")
        return password

    def kafka_at(self, bootstrap: str) -> Kafka:
        """Return the cluster at these addresses, with the user of these settings."""
        return Kafka(
            bootstrap,
            security_protocol=self.kafka_security_protocol,
            sasl_mechanism=self.kafka_sasl_mechanism,
            user=self.kafka_user,
            password=self.kafka_password,
            ca_file=self.kafka_ca_file,
        )


class Settings(KafkaAccess):
    """Settings shared by all services, read from `ALONGSIDE_…`; a service adds its own by inheriting."""

    database_url: SecretStr
    """`postgresql://role:password@host:port/database`; one database and role per service."""
    kafka: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port[,host:port]`."""
    kafka_instance_id: str = ""
    """Static group membership; empty means a member that may come and go."""
    kafka_session_timeout_ms: int = Field(default=10_000, ge=1_000)
    kafka_metadata_max_age_ms: int = Field(default=5_000, ge=500)
    """How long a new partner's topic may remain unnoticed."""

    codes_of: str = ""
    """Release of the contracts whose codes are taken where codes come in; empty means the one before the installed. Set it to
    the installed release once every service of the network is on it (docs/upgrade.md)."""
    regions: Path | None = None
    """Folder of the regions' files, `<region>.json`, with the regions' own codes."""

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8100, ge=0, le=65_535)
    public_http_host: str = "127.0.0.1"
    public_http_port: int = Field(default=0, ge=0, le=65_535)
    """A second port, on which only the service's public routes and `/health/live` are served; 0 means there is none."""
    http_body_bytes_max: int = Field(default=1024 * 1024, ge=1024)
    http_read_seconds_max: float = Field(default=15.0, gt=0)
    """How long the head of a request may take; a body, one second more for each kibibyte; an answer of which
    the client reads less than 1 KiB a second."""
    http_connections_max: int = Field(default=1_000, ge=1)
    """Of each of the two ports."""
    service_token: SecretStr = SecretStr("")
    """Bearer token between our own services; when empty, the routes that require it refuse every request."""

    otlp_endpoint: str = ""
    """Base URL of an OTLP/HTTP receiver; empty means spans are not exported."""
    trace_sample_ratio: float = Field(default=1.0, ge=0.0, le=1.0)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"

    batch_records_max: int = Field(default=500, ge=1, le=1_000)
    """At most 1,000: intake locks a reference for each record, and PostgreSQL's defaults allow 6,400 locks (64 for each of
    100 connections), enough for six such batches at once."""
    dead_letters_in_a_row_max: int = Field(default=50, ge=1)
    partner_refused_in_a_row_max: int = Field(default=25, ge=1)
    partner_window_records: int = Field(default=200, ge=1)
    partner_refused_share_max: float = Field(default=0.25, gt=0, le=1)
    partner_kept_records_max: int = Field(default=1_000, ge=1)
    partner_kept_bytes_max: int = Field(default=64 * 1024 * 1024, ge=1)
    """These five settings are the limits at which a partner's stream is paused: records refused in a row, the refused share
    of a window, waiting dead letters."""
    pauses_poll_seconds: float = Field(default=1.0, gt=0)
    """Interval at which an instance learns of pauses and resumptions made by another."""
    unread_bytes_per_minute_max: int = Field(default=16 * 1024 * 1024, ge=1)
    """How much of paused streams is scanned in a minute, in case somebody is in danger."""
    handler_attempts_max: int = Field(default=3, ge=1)
    retry_seconds_max: float = Field(default=5.0, gt=0)
    stop_seconds_max: float = Field(default=5.0, gt=0)
    """How long a stop may take to finish the current batch and leave the group."""
    pool_connections_max: int = Field(default=10, ge=2)
    """Of each of the two pools: requests have one, listeners, timers and workers the other."""
    inbox_days: int = Field(default=100, ge=1)
    """How long the ids of handled events are stored; longer than any stream keeps its records."""
    dead_letter_days: int = Field(default=30, ge=1)
    """How long replayed and dropped dead letters are kept; waiting ones are never deleted."""
    outbox_shards: int = Field(default=8, ge=1, le=64)
    """Change it only while the outbox is empty: no relay sends the rows of a shard that no longer exists."""
    timer_poll_seconds: float = Field(default=0.5, gt=0)
    timer_attempts_max: int = Field(default=5, ge=1)
    """Failures of a timer's handler before it becomes a dead letter; errors of the environment and lost races do not count."""

    @field_validator("public_http_port")
    @classmethod
    def _is_another_port(cls, port: int, others: ValidationInfo) -> int:
        if port and port == others.data.get("http_port"):
            raise ValueError("must not be the port ALONGSIDE_HTTP_PORT")
        return port

    @field_validator("regions", mode="before")
    @classmethod
    def _empty_is_unset(cls, folder: object) -> object:
        return None if folder == "" else folder
