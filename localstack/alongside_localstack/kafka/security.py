"""Server settings of a cluster that requires log-in, the same for the local cluster and docker-compose.

Services and partners log in with SASL/SCRAM; the cluster stores their salted passwords in its metadata. A new cluster
has none yet, so brokers, controllers and the administrator log in with SASL/PLAIN on separate listeners, with passwords
from each node's settings (docs/decisions/0016).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ADMIN: Final = "admin"
CLUSTER: Final = "kafka"
"""The user of brokers and controllers."""

_SCRAM: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
_PLAIN: Final = "org.apache.kafka.common.security.plain.PlainLoginModule required"


@dataclass(frozen=True)
class Tls:
    """PEM files for Kafka's TLS: its key with certificates, and the certificate authority."""

    keys: Path
    ca: Path


@dataclass(frozen=True)
class ClusterPasswords:
    """The two passwords in the nodes' settings: of the cluster itself and of the administrator."""

    cluster: str
    admin: str

    @property
    def _login(self) -> str:
        own = f'username="{CLUSTER}" password="{self.cluster}"'
        return f'{_PLAIN} {own} user_{CLUSTER}="{self.cluster}" user_{ADMIN}="{self.admin}";'

    def settings(self, *, clients: Iterable[str], internal: Iterable[str]) -> dict[str, str]:
        """Return settings for the named listeners: `clients` use SCRAM; `internal` ones, PLAIN, for brokers and admin."""
        found = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found": "false",
            "super.users": f"User:{CLUSTER};User:{ADMIN}",
            "sasl.mechanism.inter.broker.protocol": "PLAIN",
            "sasl.mechanism.controller.protocol": "PLAIN",
        }
        for name in clients:
            listener = f"listener.name.{name.lower()}"
            found[f"{listener}.sasl.enabled.mechanisms"] = "SCRAM-SHA-256,SCRAM-SHA-512"
            for mechanism in ("scram-sha-256", "scram-sha-512"):
                found[f"{listener}.{mechanism}.sasl.jaas.config"] = _SCRAM
        for name in internal:
            listener = f"listener.name.{name.lower()}"
            found[f"{listener}.sasl.enabled.mechanisms"] = "PLAIN"
            found[f"{listener}.plain.sasl.jaas.config"] = self._login
        return found
