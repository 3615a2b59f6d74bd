"""`alongside partner`: make an organisation known, see whether its stream is read, let it be read again."""

import getpass
import sys
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import Unavailable
from alongside_cli.installation import with_network
from alongside_cli.kafka.streams import partner_topics
from alongside_cli.kafka.topics import create_topics
from alongside_cli.network import Network
from alongside_cli.settings import InstallationSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Organisations that refer.")
console = Console(highlight=False)

PartnerId = Annotated[str, typer.Argument(help="The partner's id.")]
Pause = Mapping[str, Any]


@app.command("add")
def add(
    partner: PartnerId,
    name: Annotated[str, typer.Option(help="The organisation's name.")],
    setting: Annotated[str, typer.Option(help="Where it refers from: hospital, education, …")],
    region: Annotated[str, typer.Option(help="Its region.")] = "us-fl-miami",
    contact_email: Annotated[str | None, typer.Option(help="Where its notices go.")] = None,
) -> None:
    """Give a partner its two streams and make it known."""
    body = {"name": name, "setting": setting, "region": region, "contact_email": contact_email}

    async def work(network: Network) -> int:
        await create_topics(_kafka(network), partner_topics(partner))
        await network.register_partner(partner, body)
        for topic in partner_topics(partner):
            _print(topic.name)
        return 0

    sys.exit(with_network(console, work))


@app.command("list")
def list_() -> None:
    """Every partner, and whether its stream is read; also strangers whose stream is paused."""

    async def work(network: Network) -> int:
        await list_partners(network)
        return 0

    sys.exit(with_network(console, work))


@app.command("show")
def show(partner: PartnerId) -> None:
    """One partner: its streams, and every pause of its intake, newest first."""

    async def work(network: Network) -> int:
        await show_partner(network, partner)
        return 0

    sys.exit(with_network(console, work))


@app.command("resume")
def resume(
    partner: PartnerId,
    by: Annotated[
        str | None, typer.Option(help="Who lets it be read again; by default your login name.")
    ] = None,
) -> None:
    """Read a paused partner's stream again, from where it stood; one that is read is left alone."""

    async def work(network: Network) -> int:
        await resume_partner(network, partner, by=by or getpass.getuser())
        return 0

    sys.exit(with_network(console, work))


async def list_partners(network: Network) -> None:
    """A line for each partner, by id."""
    registered = {entry["id"]: entry for entry in await network.list_all("intake", "/partners")}
    paused = {
        entry["partner"]: entry for entry in await network.list_all("intake", "/quarantine", paused=True)
    }
    for partner in sorted(registered.keys() | paused.keys()):
        state = _pause_line(paused[partner]) if partner in paused else "read"
        setting = registered[partner]["setting"] if partner in registered else "not registered"
        _print(f"{partner:<24}  {setting:<18}  {state}")
    if not registered and not paused:
        _print("no partner is registered")


async def show_partner(network: Network, partner: str) -> None:
    """What is known of one partner. Raises Refused for one nobody knows."""
    pauses = await network.list_all("intake", "/quarantine", partner=partner)
    if not pauses:
        registration = await network.get("intake", f"/partners/{partner}")
        _print(f"{registration['id']}: {registration['referrals_topic']}, {registration['status_topic']}")
        _print("its stream is read, and was never paused")
    for pause in pauses:
        ended = f", resumed {pause['resumed_at']} by {pause['resumed_by']}" if pause["resumed_at"] else ""
        _print(f"{pause['topic']}  {_pause_line(pause)}{ended}")


async def resume_partner(network: Network, partner: str, *, by: str) -> None:
    """Let a partner's stream be read again."""
    path = f"/quarantine/{partner}/resume"
    result = await network.command("intake", path, {"by": by}, key=f"resume-{uuid4()}")
    if result["resumed"]:
        _print(f"{partner}: read again, from where it stood")
    elif result["quarantine"]:
        _print(
            f"{partner}: it was resumed {result['quarantine']['resumed_at']} by {result['quarantine']['resumed_by']}"
        )
    else:
        _print(f"{partner}: its stream was never paused")


def _kafka(network: Network) -> Kafka:
    """The network's brokers, called as settings say. Raises Unavailable."""
    if "kafka" not in network.addresses:
        raise Unavailable("Where the brokers are is not known.", remedy="set ALONGSIDE_KAFKA (host:port).")
    return InstallationSettings().kafka_at(network.addresses["kafka"])


def _pause_line(pause: Pause) -> str:
    return f"paused {pause['paused_at']}: {pause['because']} ({pause['refused']}, the last {pause['reason']})"


def _print(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
