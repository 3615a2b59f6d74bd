"""Every service of the network, once. Adding one is a line here and a folder below `services/`.

Database roles, docker-compose, Prometheus targets, the colours of traces, tables of settings and the lists of the
linters are made from this list (`make generate`). What a service may read and write is not here: each stream names
its writers and readers in `streams.py`.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service's name, its HTTP port on this machine (local stack, docker-compose), and its colour in a trace."""

    name: str
    port: int
    colour: str


NETWORK: Final = (
    ServiceEntry("intake", port=8101, colour="cyan"),
    ServiceEntry("matching", port=8102, colour="green"),
    ServiceEntry("referrals", port=8103, colour="magenta"),
    ServiceEntry("notifications", port=8104, colour="yellow"),
    ServiceEntry("directory", port=8105, colour="blue"),
)

SERVICES: Final = tuple(entry.name for entry in NETWORK)
"""The names alone: of packages, databases, roles, Kafka users and consumer groups."""
