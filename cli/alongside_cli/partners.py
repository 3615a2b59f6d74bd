"""`alongside partner`: register partners, show whether their streams are paused, resume a paused stream."""

import getpass
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import Unavailable
from alongside_cli.installation import with_network
from alongside_cli.kafka.streams import partner_topics
from alongside_cli.kafka.topics import create_topics
from alongside_cli.network import Network, ServiceRefused
from alongside_cli.settings import InstallationSettings
from alongside_contracts.partner import PartnerChannel

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Partners and their streams.")
console = Console(highlight=False)

PartnerId = Annotated[str, typer.Argument(help="The partner's id.")]
Pause = Mapping[str, Any]


@app.command("add")
def add(  # noqa: PLR0917  (an option each)
    partner: PartnerId,
    name: Annotated[str, typer.Option(help="The organisation's name.")],
    setting: Annotated[str, typer.Option(help="The partner's setting: hospital, education, …")],
    region: Annotated[str, typer.Option(help="The partner's region.")] = "us-fl-miami",
    contact_email: Annotated[
        str | None, typer.Option(help="E-mail address for the partner's notices.")
    ] = None,
    channel: Annotated[
        list[PartnerChannel] | None,
        typer.Option(
            help="How it hears of its referrals: stream, email, or both by repeating the option."
            " Left out, what was said before stays; at first both."
        ),
    ] = None,
) -> None:
    """Create a partner's two topics and register it at intake."""
    body = {"name": name, "setting": setting, "region": region, "contact_email": contact_email}

    async def work(network: Network) -> int:
        await create_topics(_kafka(network), partner_topics(partner))
        await register_partner(network, partner, body, channel or ())
        for topic in partner_topics(partner):
            _print(topic.name)
        return 0

    sys.exit(with_network(console, work))


@app.command("list")
def list_() -> None:
    """List all partners and whether their streams are paused; also unregistered senders with a paused stream."""

    async def work(network: Network) -> int:
        await list_partners(network)
        return 0

    sys.exit(with_network(console, work))


@app.command("show")
def show(partner: PartnerId) -> None:
    """Show one partner: its topics, and every pause of its stream, newest first."""

    async def work(network: Network) -> int:
        await show_partner(network, partner)
        return 0

    sys.exit(with_network(console, work))


@app.command("resume")
def resume(
    partner: PartnerId,
    by: Annotated[
        str | None,
        typer.Option(help="Name of the person who resumes the stream; by default your login name."),
    ] = None,
) -> None:
    """Resume a partner's paused stream from its first unread record; no effect on a stream that is not paused."""

    async def work(network: Network) -> int:
        await resume_partner(network, partner, by=by or getpass.getuser())
        return 0

    sys.exit(with_network(console, work))


async def register_partner(
    network: Network, partner: str, body: Mapping[str, Any], channels: Sequence[PartnerChannel]
) -> None:
    """Register a partner at intake. Without channels it keeps those that it has; at first it has all.

    Raises ServiceRefused if intake refuses the registration.
    """
    chosen = {"channels": [channel.value for channel in channels]} if channels else {}
    await network.register_partner(partner, {**body, **chosen})


async def list_partners(network: Network) -> None:
    """Print one line per partner, ordered by id."""
    registered = {entry["id"]: entry for entry in await network.list_all("intake", "/partners")}
    paused = {
        entry["partner"]: entry for entry in await network.list_all("intake", "/quarantine", paused=True)
    }
    for partner in sorted(registered.keys() | paused.keys()):
        state = _pause_line(paused[partner]) if partner in paused else "active"
        setting = registered[partner]["setting"] if partner in registered else "not registered"
        channels = "+".join(registered[partner]["channels"]) if partner in registered else "-"
        _print(f"{partner:<24}  {setting:<18}  {channels:<12}  {state}")
    if not registered and not paused:
        _print("no partner is registered")


async def show_partner(network: Network, partner: str) -> None:
    """Print a partner's topics, channels and pauses. Raises ServiceRefused for an unknown partner that has no pause."""
    pauses = await network.list_all("intake", "/quarantine", partner=partner)
    try:
        registration = await network.get("intake", f"/partners/{partner}")
    except ServiceRefused as refused:
        if not pauses or refused.code != "partner-not-found":
            raise
        _print(f"{partner}: not registered")
    else:
        _print(f"{registration['id']}: {registration['referrals_topic']}, {registration['status_topic']}")
        _print(f"hears of its referrals by: {', '.join(registration['channels'])}")
    if not pauses:
        _print("its stream was never paused")
    for pause in pauses:
        resumed = f", resumed {pause['resumed_at']} by {pause['resumed_by']}" if pause["resumed_at"] else ""
        _print(f"{pause['topic']}  {_pause_line(pause)}{resumed}")


async def resume_partner(network: Network, partner: str, *, by: str) -> None:
    """Resume a partner's stream and print the result."""
    path = f"/quarantine/{partner}/resume"
    result = await network.command("intake", path, {"by": by}, key=f"resume-{uuid4()}")
    if result["resumed"]:
        _print(f"{partner}: resumed from the first unread record")
    elif result["quarantine"]:
        _print(
            f"{partner}: already resumed {result['quarantine']['resumed_at']} by {result['quarantine']['resumed_by']}"
        )
    else:
        _print(f"{partner}: its stream was never paused")


def _kafka(network: Network) -> Kafka:
    """Return the connection settings of the network's brokers. Raises Unavailable if no address is set."""
    if "kafka" not in network.addresses:
        raise Unavailable(
            "The address of the Kafka brokers is not set.", remedy="set ALONGSIDE_KAFKA (host:port)."
        )
    return InstallationSettings().kafka_at(network.addresses["kafka"])


def _pause_line(pause: Pause) -> str:
    return f"paused {pause['paused_at']}: {pause['because']} ({pause['refused']}, the last {pause['reason']})"


def _print(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
