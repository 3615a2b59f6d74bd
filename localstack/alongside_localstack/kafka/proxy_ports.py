"""Ports of proxies between the services and PostgreSQL or Kafka, such as those of the fault suite.

Kafka sends every client the advertised addresses of its nodes, so a client would bypass a proxy after the first answer.
Each node therefore has one more listener, which advertises the proxies' addresses.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ProxyPorts:
    """Loopback ports. Without them services connect to PostgreSQL and Kafka directly."""

    postgres: int | None = None
    """The proxy's port, which services use instead of PostgreSQL's port."""
    kafka: tuple[int, ...] = ()
    """The proxies' ports, one per node, which services use instead of Kafka's ports."""
    kafka_backend: tuple[int, ...] = ()
    """The nodes' additional ports, to which the proxies connect. Apache Kafka only."""
