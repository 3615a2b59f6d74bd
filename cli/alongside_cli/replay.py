"""`alongside replay`: rebuild a service's projection from the streams, without announcing anything again."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from alongside_cli.dead_letters import Service
from alongside_cli.installation import with_network
from alongside_cli.network import Network

console = Console(highlight=False)


def replay(
    service: Annotated[Service, typer.Option(help="The service whose projection is rebuilt.")],
    since: Annotated[
        datetime,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"],
            help="Time of the first record to read; UTC unless it has an offset.",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count the rows that would change.")
    ] = False,
) -> None:
    """Rebuild a service's projection from the streams; nothing is announced, and the service keeps working."""

    async def work(network: Network) -> int:
        await replay_service(network, console, service.value, since=_with_time_zone(since), dry_run=dry_run)
        return 0

    sys.exit(with_network(console, work))


async def replay_service(
    network: Network, console: Console, service: str, *, since: datetime, dry_run: bool
) -> dict[str, Any]:
    """Replay with a progress bar and print the result; return the last progress line. Raises ServiceRefused."""
    body = {"since": since.isoformat(), "dry_run": dry_run}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    last: dict[str, Any] = {}
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(service, total=None)
        async for last in network.stream_lines(service, "/projection/replay", body):
            bar.update(task, completed=last["read"], total=last["of"])
    would = "would change" if dry_run else "changed"
    console.print(
        f"{service}: {last['read']} records read, {last['changed']} rows {would}, {last['unreadable']} unreadable",
        markup=False,
        soft_wrap=True,
    )
    return last


def _with_time_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
