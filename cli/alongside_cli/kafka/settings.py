"""Settings of the set-up job: the administrator's log-in, and the Kafka password of each service."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import Field, SecretStr, create_model

from alongside_chassis.kafka import NO_PASSWORD, Kafka
from alongside_chassis.settings import KafkaAccess
from alongside_contracts.services import SERVICES


class _ClusterSettings(KafkaAccess):
    """All settings except the services' passwords, which are generated from the list of services."""

    kafka: str
    """Brokers, `host:port[,host:port]`."""
    kafka_replicas: int | None = Field(default=None, ge=1, le=9)
    """Replicas of each topic; None: one per running broker, three at most."""
    kafka_seconds_max: float = Field(default=60.0, gt=0)
    """How long to wait until every topic has leaders."""

    @property
    def authenticates(self) -> bool:
        """Whether clients have to log in; a cluster without log-in has neither users nor rules."""
        return self.kafka_security_protocol.startswith("SASL")

    @property
    def cluster(self) -> Kafka:
        """The cluster, with the administrator's log-in."""
        return self.kafka_at(self.kafka)

    def passwords(self) -> Mapping[str, str]:
        """Return each service's password by its user's name, which is the service's name; empty where none is set."""
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
