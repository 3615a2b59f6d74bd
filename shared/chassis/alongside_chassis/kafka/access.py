"""Builds the connection options of every Kafka client: addresses, user, password, certificates."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import SecretStr

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

NO_PASSWORD: Final = SecretStr("")


@dataclass(frozen=True, slots=True)
class Kafka:
    """A cluster and the user that connects to it. `bootstrap` is `host:port[,host:port]`."""

    bootstrap: str
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    user: str = ""
    password: SecretStr = NO_PASSWORD
    ca_file: Path | None = None
    """PEM file of the authority that signed the brokers' certificates; None trusts this machine's authorities."""

    @property
    def encrypted(self) -> bool:
        """Whether the connection is TLS."""
        return self.security_protocol.endswith("SSL")

    @property
    def authenticated(self) -> bool:
        """Whether user and password are sent."""
        return self.security_protocol.startswith("SASL")

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return how brokers' certificates are checked; None without TLS. Raises OSError when the CA file cannot be read."""
        return ssl.create_default_context(cafile=self.ca_file) if self.encrypted else None

    def options(self) -> dict[str, Any]:
        """Return keyword arguments for any aiokafka client. Raises OSError when the CA file cannot be read."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security_protocol,
        }
        if self.encrypted:
            options["ssl_context"] = self.ssl_context()
        if self.authenticated:
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password.get_secret_value(),
            }
        return options
