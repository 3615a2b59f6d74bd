"""The way services take to PostgreSQL and Kafka when somebody stands in between, such as the fault suite's proxy.

Kafka tells every client the address at which it wants to be called, so a proxy in front of it is passed by after the
first answer. Kafka therefore listens on one more port: whoever calls there is told the proxy's address.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Detour:
    """Loopback ports. Without them services call PostgreSQL and Kafka themselves, as everybody else does."""

    postgres: int | None = None
    """Where services are sent instead of PostgreSQL's own port."""
    kafka: int | None = None
    """Where services are sent instead of Kafka's own port."""
    kafka_behind: int | None = None
    """Kafka's further port, to which whoever listens on `kafka` has to connect. One node of Apache Kafka only."""
