"""Finds the installation that a command works on, and prints errors.

Settings name the installation. Without them it is the network that runs on this machine, which `alongside-localstack`
finds through its entry point in the group `alongside.networks`.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Final

from rich.console import Console

from alongside_cli.errors import CommandError, NotRunning
from alongside_cli.network import Network, ServiceRefused, open_network
from alongside_cli.settings import InstallationSettings
from alongside_contracts.services import SERVICES

ENTRY_POINT_GROUP: Final = "alongside.networks"
"""Entry points of this group are functions without parameters that return an Installation or raise NotRunning."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One running network: base URLs by service, `traces` and `kafka` where set, and the services' token."""

    addresses: Mapping[str, str]
    service_token: str


def with_network(console: Console, work: Callable[[Network], Coroutine[Any, Any, int]]) -> int:
    """Run `work` with a client of the installation; return its exit code, or 1 if a service refused."""

    async def run_work() -> int:
        installation = find_installation()
        async with open_network(installation.addresses, service_token=installation.service_token) as network:
            return await work(network)

    with report_errors(console):
        try:
            return asyncio.run(run_work())
        except ServiceRefused as refused:
            console.print(f"refused: {refused}", style="red", markup=False)
            return 1


def find_installation() -> Installation:
    """Return the installation that commands use. Raises NotRunning, or Unavailable for incomplete settings."""
    settings = InstallationSettings()
    if addresses := settings.addresses():
        return Installation(addresses, settings.service_token.get_secret_value())
    for entry_point in entry_points(group=ENTRY_POINT_GROUP):
        local: Installation = entry_point.load()()
        return local
    names = ", ".join(f"ALONGSIDE_{service.upper()}_URL" for service in SERVICES)
    raise NotRunning(
        "No installation is configured, and alongside-localstack is not installed.",
        remedy=f"set {names} and ALONGSIDE_SERVICE_TOKEN, or install alongside-localstack and run `alongside up`.",
    )


@contextmanager
def report_errors(console: Console) -> Iterator[None]:
    """Print a CommandError with its remedy, without a traceback, and exit with 1."""
    try:
        yield
    except CommandError as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(1)
