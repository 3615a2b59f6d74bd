"""`alongside up`, `demo`, `status`, `down` and `reset`: a network on this machine."""

import asyncio
import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from alongside_cli.errors import NotRunning
from alongside_cli.installation import Installation, report_errors
from alongside_localstack import control
from alongside_localstack.demo import live_network, show
from alongside_localstack.demo.demonstration import DemoOptions, demonstrate
from alongside_localstack.settings import StackSettings
from alongside_localstack.state import StateFolder

console = Console(highlight=False)


def up(
    sample: Annotated[
        bool, typer.Option(help="Load the sample region and simulate partners that refer people.")
    ] = True,
    live: Annotated[
        bool, typer.Option(help="Redraw one screen instead of printing a line per change.")
    ] = True,
) -> None:
    """Start broker, databases and services, load a sample region, and show referrals until Ctrl-C."""
    with report_errors(console):
        asyncio.run(
            live_network.up(console, StackSettings(), live_network.UpOptions(sample=sample, live=live))
        )


def demo(
    *,
    referrals: Annotated[int, typer.Option(min=1, max=5000, help="Number of valid referrals to send.")] = 30,
    seed: Annotated[int, typer.Option(help="Seed of the sample; the same seed sends the same records.")] = 7,
    kill: Annotated[
        str | None, typer.Option(help="Process to kill with SIGKILL during the run: intake, kafka-2, …")
    ] = None,
    secured: Annotated[
        bool, typer.Option(help="Kafka requires log-in: one user per service and partner.")
    ] = False,
    brokers: Annotated[int, typer.Option(min=1, max=3, help="Number of Apache Kafka nodes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Send referrals through a separate network and print every journey; fail if a promise was broken."""
    progress = Console(stderr=True, highlight=False) if as_json else console
    options = DemoOptions(referrals=referrals, seed=seed, kill=kill, secured=secured, brokers=brokers)
    with report_errors(console):
        result = asyncio.run(
            demonstrate(StackSettings(), options, lambda text: progress.print(f"[dim]{text}[/]"))
        )
    if as_json:
        measured = {
            "seconds": round(result.seconds, 2),
            "broker": result.broker,
            "memory_mib": result.memory.as_json() if result.memory is not None else None,
        }
        print(json.dumps(result.summary.as_json() | measured))
    else:
        show.print_journeys(console, result.observations)
        show.print_summary(
            console,
            result.summary,
            seconds=result.seconds,
            broker=result.broker,
            memory=result.memory,
        )
    sys.exit(0 if result.summary.ok else 1)


def status() -> None:
    """Show all processes with their states and addresses; exit code 1 if no network runs."""
    stack_status = control.status(StateFolder(StackSettings().state))
    if not stack_status.running:
        console.print("no network is running on this machine; start one with `make up`")
        sys.exit(1)
    table = Table(box=None, padding=(0, 2))
    for heading in ("part", "state", "address"):
        table.add_column(heading, style="bold" if heading == "part" else None)
    for node in stack_status.nodes:
        table.add_row(
            str(node["name"]), str(node["state"]), stack_status.addresses.get(str(node["name"]), "")
        )
    console.print(table)


def down() -> None:
    """Stop the network that `up` started in another terminal; its data is kept."""
    with report_errors(console):
        pid = control.down(StateFolder(StackSettings().state))
    console.print(f"stopped (pid {pid})")


def reset() -> None:
    """Delete all local data; refused while a network runs."""
    with report_errors(console):
        control.reset(StateFolder(StackSettings().state))
    console.print("all local data is deleted")


def local_network() -> Installation:
    """Return the network that runs on this machine. Raises NotRunning."""
    state = StateFolder(StackSettings().state)
    stack_status = control.status(state)
    if not stack_status.running:
        raise NotRunning("No network is running on this machine.", remedy="start one with `make up`.")
    return Installation(stack_status.addresses, state.password("service-token"))
