"""The `alongside` command: run a network on this machine, watch it, ask it, feed it."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from alongside_cli import directory as directory_import
from alongside_cli import up as upping
from alongside_cli.bench.command import app as bench_app
from alongside_cli.bulk import groups_app, offers_app
from alongside_cli.demo import run as demonstration
from alongside_cli.demo import show
from alongside_cli.faults.command import app as faults_app
from alongside_cli.kafka.command import app as kafka_app
from alongside_cli.letters import app as letters_app
from alongside_cli.matching import app as match_app
from alongside_cli.network import Network
from alongside_cli.partners import app as partners_app
from alongside_cli.rehearsal import bench_matching, simulate
from alongside_cli.replaying import replay
from alongside_cli.running import running, told, with_network
from alongside_cli.stack import control
from alongside_cli.stack.settings import StackSettings
from alongside_cli.stack.state import StateFolder
from alongside_cli.traces.client import draw_referral

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
directory_app = typer.Typer(no_args_is_help=True, help="The directory of community services.")
app.add_typer(directory_app, name="directory")
app.add_typer(partners_app, name="partner")
app.add_typer(letters_app, name="dead-letters")
app.add_typer(match_app, name="match")
app.add_typer(kafka_app, name="kafka")
app.command("replay")(replay)
app.add_typer(bench_app, name="bench")
app.add_typer(offers_app, name="offers")
app.add_typer(groups_app, name="groups")
app.add_typer(faults_app, name="faults")
app.command("bench-matching")(bench_matching)
app.command()(simulate)

console = Console(highlight=False)


@app.command()
def up(
    sample: Annotated[bool, typer.Option(help="Load the sample region and let partners refer.")] = True,
    live: Annotated[bool, typer.Option(help="Redraw one picture instead of printing lines.")] = True,
) -> None:
    """Start broker, databases and services, load a sample region, and watch referrals move until Ctrl-C."""
    with told(console):
        asyncio.run(upping.up(console, StackSettings(), upping.Wish(sample=sample, live=live)))


@app.command()
def demo(
    *,
    referrals: Annotated[int, typer.Option(min=1, max=5000, help="Good referrals to send.")] = 30,
    seed: Annotated[int, typer.Option(help="Which sample; the same seed sends the same records.")] = 7,
    kill: Annotated[
        str | None, typer.Option(help="A process to kill -9 in the middle: intake, kafka-2, …")
    ] = None,
    secured: Annotated[
        bool, typer.Option(help="Kafka asks everybody who they are: a user for each service and partner.")
    ] = False,
    brokers: Annotated[int, typer.Option(min=1, max=3, help="How many nodes of Apache Kafka.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Send referrals through a network of its own; print every journey; fail if a promise was broken."""
    aside = Console(stderr=True, highlight=False) if as_json else console
    wish = demonstration.Wish(referrals=referrals, seed=seed, kill=kill, secured=secured, brokers=brokers)
    with told(console):
        played = asyncio.run(
            demonstration.demonstrate(StackSettings(), wish, lambda text: aside.print(f"[dim]{text}[/]"))
        )
    if as_json:
        print(
            json.dumps(
                played.summary.as_json() | {"seconds": round(played.seconds, 2), "broker": played.broker}
            )
        )
    else:
        show.journeys(console, played.facts)
        show.summary(console, played.summary, seconds=played.seconds, broker=played.broker)
    sys.exit(0 if played.summary.ok else 1)


@app.command()
def status() -> None:
    """What runs, where, and how it is doing."""
    found = control.status(StateFolder(StackSettings().state))
    if not found.running:
        console.print("nothing is running; `make up` starts it")
        sys.exit(1)
    table = Table(box=None, padding=(0, 2))
    for heading in ("part", "state", "address"):
        table.add_column(heading, style="bold" if heading == "part" else None)
    for node in found.nodes:
        table.add_row(str(node["name"]), str(node["state"]), found.addresses.get(str(node["name"]), ""))
    console.print(table)


@app.command()
def down() -> None:
    """Stop what `up` started in another terminal; data stays."""
    with told(console):
        pid = control.down(StateFolder(StackSettings().state))
    console.print(f"stopped (pid {pid})")


@app.command()
def reset() -> None:
    """Delete all local data; refused while the network runs."""
    with told(console):
        control.reset(StateFolder(StackSettings().state))
    console.print("all local data is gone")


@app.command()
def trace(referral_id: str) -> None:
    """Draw a referral's way through all services as a waterfall."""
    with told(console):
        sys.exit(asyncio.run(draw_referral(console, running().addresses["traces"], referral_id)))


@directory_app.command("import")
def import_(
    package: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An HSDS datapackage (zip).")],
    region: Annotated[str, typer.Option(help="The region its services belong to.")] = "us-fl-miami",
    pause_vanished: Annotated[bool, typer.Option(help="Pause services that are no longer listed.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every remark, one JSON object a line.")] = None,
) -> None:
    """Import a directory of services; the same package twice changes nothing."""

    async def work(doors: Network) -> int:
        return await directory_import.import_directory(
            console, doors, package, region=region, pause_vanished=pause_vanished, report=report
        )

    sys.exit(with_network(console, work))
