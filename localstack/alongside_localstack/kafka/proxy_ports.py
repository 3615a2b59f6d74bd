"""The way services take to PostgreSQL and Kafka when somebody stands in between, such as the fault suite's proxy.

Kafka tells every client the addresses at which its nodes want to be called, so a proxy in front of it is passed by after
the first answer. Each node therefore listens on one more port: whoever calls there is told the proxies' addresses.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ProxyPorts:
    """Loopback ports. Without them services call PostgreSQL and Kafka themselves, as everybody else does."""

    postgres: int | None = None
    """Where services are sent instead of PostgreSQL's own port."""
    kafka: tuple[int, ...] = ()
    """Where services are sent instead of Kafka's own ports, a port for each node."""
    kafka_backend: tuple[int, ...] = ()
    """The nodes' further ports, to which whoever listens on `kafka` has to connect. Apache Kafka only."""
