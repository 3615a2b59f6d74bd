"""`alongside contacts check`: finds stored contact routes to which no mail can be sent, and marks them."""

import sys
from typing import Any, Final
from uuid import uuid4

import typer
from rich.console import Console

from alongside_cli.installation import with_network
from alongside_cli.network import Network

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Contact routes of people, partners and offers."
)
console = Console(highlight=False)

OWNERS: Final = ("intake", "matching")
"""The services that store contact routes: of people and partners, and of offers."""
_PROBLEMS: Final = {
    "address-unusable": "no mail can be sent to the address",
    "contact-route-unreadable": "the route cannot be opened",
}


@app.callback()
def _group() -> None:
    """Make `check` a sub-command though it is the only one."""


@app.command("check")
def check() -> None:
    """Check every stored contact route by today's rule for addresses. Unusable ones are marked and listed, none is deleted.

    Exit code 1 if there is one. Addresses are not shown.
    """
    sys.exit(with_network(console, check_routes))


async def check_routes(network: Network) -> int:
    """Check the routes of every service that stores some, print those that cannot be used, and return the exit code."""
    unusable = 0
    for service in OWNERS:
        unusable += await _check_service(network, service)
    if unusable:
        console.print(
            f"{unusable} cannot be used: register another contact route for each; nothing was deleted"
        )
    return 1 if unusable else 0


async def _check_service(network: Network, service: str) -> int:
    checked, unusable, cursor = 0, 0, ""
    while True:
        path = f"/contact-routes/check?cursor={cursor}" if cursor else "/contact-routes/check"
        page: dict[str, Any] = await network.command(service, path, key=str(uuid4()))
        checked, unusable = checked + page["checked"], unusable + len(page["unusable"])
        for route in page["unusable"]:
            console.print(
                f"{route['kind']} {route['id']}: {_PROBLEMS[route['problem']]}, found {route['unusable_since']}",
                soft_wrap=True,
            )
        console.print(f"{service}: {checked} routes checked")
        cursor = page["next_cursor"]
        if cursor is None:
            return unusable
