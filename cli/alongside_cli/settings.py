"""Settings of the command line: the services' addresses and token. Only this module and `kafka` read them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import SecretStr, create_model
from pydantic_settings import SettingsConfigDict

from alongside_chassis.settings import KafkaAccess
from alongside_cli.errors import Unavailable
from alongside_contracts.services import SERVICES


class _InstallationSettings(KafkaAccess):
    """All settings except the services' addresses, which are generated from the list of services."""

    model_config = SettingsConfigDict(env_prefix="ALONGSIDE_", env_ignore_empty=True, extra="ignore")

    service_token: SecretStr = SecretStr("")
    """The bearer token that the services share."""
    kafka: str | None = None
    """Brokers, `host:port[,host:port]`."""
    traces_url: str | None = None
    """The base URL of a span store that `alongside trace` can read."""

    def addresses(self) -> Mapping[str, str]:
        """Return the addresses of services, span store and brokers by name; empty when no service's address is set.

        Raises Unavailable when only some services have an address.
        """
        urls = {service: getattr(self, f"{service}_url") for service in SERVICES}
        if missing := [service for service, url in urls.items() if url is None]:
            if len(missing) == len(urls):
                return {}
            names = ", ".join(f"ALONGSIDE_{service.upper()}_URL" for service in missing)
            raise Unavailable(
                f"Not every service has an address: {names} is not set.",
                remedy="set each of these variables.",
            )
        others = {"traces": self.traces_url, "kafka": self.kafka}
        return {name: where.rstrip("/") for name, where in (urls | others).items() if where}


if TYPE_CHECKING:

    class InstallationSettings(_InstallationSettings):
        """Read from `ALONGSIDE_INTAKE_URL` etc., `ALONGSIDE_SERVICE_TOKEN`, `ALONGSIDE_KAFKA…`."""

else:
    InstallationSettings = create_model(
        "InstallationSettings",
        __base__=_InstallationSettings,
        **{f"{service}_url": (str | None, None) for service in SERVICES},
    )
