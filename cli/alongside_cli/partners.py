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
from alongside_cli.kafka.streams import partner_topics
from alongside_cli.kafka.topics import create_topics
from alongside_cli.network import Network
from alongside_cli.running import with_network
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

    async def work(doors: Network) -> int:
        await create_topics(_kafka(doors), partner_topics(partner))
        await doors.register_partner(partner, body)
        for topic in partner_topics(partner):
            _say(topic.name)
        return 0

    sys.exit(with_network(console, work))


@app.command("list")
def list_() -> None:
    """Every partner, and whether its stream is read; also strangers whose stream is paused."""

    async def work(doors: Network) -> int:
        await list_partners(doors)
        return 0

    sys.exit(with_network(console, work))


@app.command("show")
def show(partner: PartnerId) -> None:
    """One partner: its streams, and every pause of its intake, newest first."""

    async def work(doors: Network) -> int:
        await show_partner(doors, partner)
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

    async def work(doors: Network) -> int:
        await resume_partner(doors, partner, by=by or getpass.getuser())
        return 0

    sys.exit(with_network(console, work))


async def list_partners(doors: Network) -> None:
    """A line for each partner, by id."""
    known = {one["id"]: one for one in await doors.every("intake", "/partners")}
    paused = {one["partner"]: one for one in await doors.every("intake", "/quarantine", paused=True)}
    for partner in sorted(known.keys() | paused.keys()):
        state = _since(paused[partner]) if partner in paused else "read"
        setting = known[partner]["setting"] if partner in known else "not registered"
        _say(f"{partner:<24}  {setting:<18}  {state}")
    if not known and not paused:
        _say("no partner is registered")


async def show_partner(doors: Network, partner: str) -> None:
    """What is known of one partner. Raises Refused for one nobody knows."""
    pauses = await doors.every("intake", "/quarantine", partner=partner)
    if not pauses:
        facts = await doors.get("intake", f"/partners/{partner}")
        _say(f"{facts['id']}: {facts['referrals_topic']}, {facts['status_topic']}")
        _say("its stream is read, and was never paused")
    for pause in pauses:
        ended = f", resumed {pause['resumed_at']} by {pause['resumed_by']}" if pause["resumed_at"] else ""
        _say(f"{pause['topic']}  {_since(pause)}{ended}")


async def resume_partner(doors: Network, partner: str, *, by: str) -> None:
    """Let a partner's stream be read again."""
    path = f"/quarantine/{partner}/resume"
    done = await doors.command("intake", path, {"by": by}, key=f"resume-{uuid4()}")
    if done["resumed"]:
        _say(f"{partner}: read again, from where it stood")
    elif done["quarantine"]:
        _say(
            f"{partner}: it was resumed {done['quarantine']['resumed_at']} by {done['quarantine']['resumed_by']}"
        )
    else:
        _say(f"{partner}: its stream was never paused")


def _kafka(doors: Network) -> Kafka:
    """The network's brokers, called as settings say. Raises Unavailable."""
    if "kafka" not in doors.addresses:
        raise Unavailable("Where the brokers are is not known.", remedy="set ALONGSIDE_KAFKA (host:port).")
    return InstallationSettings().kafka_at(doors.addresses["kafka"])


def _since(pause: Pause) -> str:
    return f"paused {pause['paused_at']}: {pause['because']} ({pause['refused']}, the last {pause['reason']})"


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
