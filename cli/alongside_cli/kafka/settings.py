"""What whoever sets up a cluster is told: the administrator's log-in, and the password of each service."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr, create_model

from alongside_chassis.kafka import NO_PASSWORD, Kafka
from alongside_chassis.settings import KafkaAccess
from alongside_contracts.services import SERVICES


class _ClusterSettings(KafkaAccess):
    """Everything but the services' passwords, which are made from the list of services."""

    kafka: str
    """Brokers, `host:port[,host:port]`."""
    kafka_replicas: int | None = Field(default=None, ge=1, le=9)
    """Copies of each topic; none: one per broker that is up, three at most."""
    kafka_seconds_max: float = Field(default=60.0, gt=0)
    """How long to wait until every topic can be written."""

    @property
    def authenticates(self) -> bool:
        """Whether the cluster asks who is there; one that does not has neither users nor rules."""
        return self.kafka_security_protocol.startswith("SASL")

    @property
    def cluster(self) -> Kafka:
        """The cluster, called as its administrator."""
        return self.kafka_at(self.kafka)

    def passwords(self) -> Mapping[str, str]:
        """Each service's password, by its user; empty where none was given."""
        return {
            service: getattr(self, f"kafka_{service}_password").get_secret_value() for service in SERVICES
        }


if TYPE_CHECKING:

    class ClusterSettings(_ClusterSettings):
        """Read from `ALONGSIDE_…`; the user is the cluster's administrator."""

else:
    ClusterSettings = create_model(
        "ClusterSettings",
        __base__=_ClusterSettings,
        **{f"kafka_{service}_password": (SecretStr, NO_PASSWORD) for service in SERVICES},
    )
