"""`alongside directory import`: upload a datapackage to matching and show the progress of the import."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from alongside_cli.installation import with_network
from alongside_cli.network import Network, ServiceRefused

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The directory of community services.")
console = Console(highlight=False)

POLL_SECONDS: Final = 0.3
CHUNK_BYTES: Final = 256 * 1024
UPLOAD_SECONDS_MAX: Final = 120
_FINISHED_STATES: Final = frozenset({"done", "failed"})


@app.command("import")
def import_(
    package: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An HSDS datapackage (zip).")],
    region: Annotated[str, typer.Option(help="Region of the services.")] = "us-fl-miami",
    pause_vanished: Annotated[
        bool,
        typer.Option(
            help="Pause offers of services that the package no longer lists, unless more than half."
        ),
    ] = True,
    report: Annotated[
        Path | None, typer.Option(help="File for all reported lines, one JSON object per line.")
    ] = None,
) -> None:
    """Import a directory of services; importing the same package again changes nothing."""

    async def work(network: Network) -> int:
        return await import_directory(
            console, network, package, region=region, pause_vanished=pause_vanished, report=report
        )

    sys.exit(with_network(console, work))


async def import_directory(
    console: Console,
    network: Network,
    package: Path,
    *,
    region: str,
    pause_vanished: bool,
    report: Path | None,
) -> int:
    """Upload the package, print the import's result, and return the exit code: 1 if it was refused or failed."""
    try:
        started = await _upload(network, package, region, pause_vanished=pause_vanished)
    except ServiceRefused as refused:
        console.print(f"[red]refused:[/] {refused}")
        return 1
    finished = await _follow(console, network, started)
    _print_summary(console, finished)
    if finished["state"] == "failed":
        return 1
    if report is not None:
        await _write_report(network, finished, report)
        console.print(f"report of all quarantined lines and remarks: {report}")
    return 0


async def _upload(network: Network, package: Path, region: str, *, pause_vanished: bool) -> dict[str, Any]:
    async with httpx2.AsyncClient(timeout=UPLOAD_SECONDS_MAX) as client:
        answer = await client.post(
            f"{network.addresses['matching']}/directory/imports",
            params={"region": region, "vanished": "pause" if pause_vanished else "keep"},
            content=_chunks(package),
            headers={"content-type": "application/zip"},
        )
    if answer.is_error:
        raise ServiceRefused(answer.json())
    started: dict[str, Any] = answer.json()
    return started


async def _chunks(package: Path) -> AsyncIterator[bytes]:
    with package.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


async def _follow(console: Console, network: Network, started: Mapping[str, Any]) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("queued", total=None)
        while True:
            current: dict[str, Any] = await network.get("matching", f"/directory/imports/{started['id']}")
            progress.update(
                task, description=current["state"], completed=current["read"], total=current["of"]
            )
            if current["state"] in _FINISHED_STATES:
                return current
            await asyncio.sleep(POLL_SECONDS)


def _print_summary(console: Console, finished: Mapping[str, Any]) -> None:
    if finished["state"] == "failed":
        console.print(f"[red]not imported:[/] {finished['problem']}. {finished['remedy']}")
        return
    console.print(
        f"{finished['read']} services read: {finished['created']} created, {finished['changed']} changed, "
        f"{finished['unchanged']} unchanged, {finished['quarantined']} quarantined; "
        f"{finished['flagged']} remarks, {finished['lines_quarantined']} lines quarantined in all"
    )


async def _write_report(network: Network, finished: Mapping[str, Any], report: Path) -> None:
    """Write the import's report as JSON lines, in the service's order (quarantined lines first)."""
    lines = await network.list_all("matching", f"/directory/imports/{finished['id']}/report")
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    await asyncio.to_thread(report.write_text, text, encoding="utf-8")
