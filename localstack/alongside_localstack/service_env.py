"""The environment variables that a service gets from the local stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from alongside_chassis.kafka import Kafka
from alongside_localstack.ports import LOOPBACK
from alongside_localstack.postgres.databases import Database

MAIL_SENDER = "no-reply@alongside.example"

ON_CALL = json.dumps(
    {"*": [{"coordinator": f"on-call-{n}", "email": f"on-call-{n}@coordinators.example"} for n in (1, 2)]}
)
"""The on-call coordinators of all regions; their mail goes to the mail sink."""


@dataclass(frozen=True, kw_only=True)
class ServiceEnv:
    """The settings of one instance of one service."""

    service: str
    database: Database
    kafka: Kafka
    port: int
    otlp_endpoint: str
    instance_id: str
    service_token: str
    person_key: str
    smtp_port: int | None
    urls: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """Return the environment variables; each service gets only the secrets it needs."""
        return {f"ALONGSIDE_{name}": value for name, value in {**self._shared(), **self._own()}.items()}

    def _shared(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database.url,
            **self._kafka(),
            "KAFKA_INSTANCE_ID": self.instance_id,
            "HTTP_HOST": LOOPBACK,
            "HTTP_PORT": str(self.port),
            "OTLP_ENDPOINT": self.otlp_endpoint,
            "SERVICE_TOKEN": self.service_token,
        }

    def _kafka(self) -> dict[str, str]:
        kafka = self.kafka
        if kafka.security_protocol == "PLAINTEXT":
            return {"KAFKA": kafka.bootstrap}
        kafka_settings = {
            "KAFKA": kafka.bootstrap,
            "KAFKA_SECURITY_PROTOCOL": kafka.security_protocol,
            "KAFKA_SASL_MECHANISM": kafka.sasl_mechanism,
            "KAFKA_USER": kafka.user,
            "KAFKA_PASSWORD": kafka.password.get_secret_value(),
        }
        return kafka_settings | ({"KAFKA_CA_FILE": str(kafka.ca_file)} if kafka.ca_file else {})

    def _own(self) -> dict[str, str]:
        if self.service == "intake":
            return {"PERSON_KEY": self.person_key}
        if self.service == "notifications" and self.smtp_port is not None:
            return {
                "SMTP_HOST": LOOPBACK,
                "SMTP_PORT": str(self.smtp_port),
                "MAIL_SENDER": MAIL_SENDER,
                "ON_CALL": ON_CALL,
                **{
                    f"{name.upper()}_URL": self.urls[name]
                    for name in ("intake", "matching")
                    if name in self.urls
                },
            }
        return {}
