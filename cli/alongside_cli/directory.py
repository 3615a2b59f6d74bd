"""`alongside directory import`: hand a datapackage to matching, and show how its reading goes."""

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

from alongside_cli.network import Network, Refused
from alongside_cli.running import with_network

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The directory of community services.")
console = Console(highlight=False)

LOOK_SECONDS: Final = 0.3
PART_BYTES: Final = 256 * 1024
UPLOAD_SECONDS_MAX: Final = 120
_ENDED: Final = frozenset({"done", "failed"})


@app.command("import")
def import_(
    package: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An HSDS datapackage (zip).")],
    region: Annotated[str, typer.Option(help="The region its services belong to.")] = "us-fl-miami",
    pause_vanished: Annotated[bool, typer.Option(help="Pause services that are no longer listed.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write every remark, one JSON object a line.")] = None,
) -> None:
    """Import a directory of services; the same package twice changes nothing."""

    async def work(doors: Network) -> int:
        return await import_directory(
            console, doors, package, region=region, pause_vanished=pause_vanished, report=report
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
    """Upload, follow and report; returns the exit code: 1 when the package was refused as a whole."""
    try:
        begun = await _upload(network, package, region, pause_vanished=pause_vanished)
    except Refused as refused:
        console.print(f"[red]refused:[/] {refused}")
        return 1
    ended = await _follow(console, network, begun)
    _summarise(console, ended)
    if ended["state"] == "failed":
        return 1
    if report is not None:
        await _write_report(network, ended, report)
        console.print(f"every line set aside or remarked on: {report}")
    return 0


async def _upload(network: Network, package: Path, region: str, *, pause_vanished: bool) -> dict[str, Any]:
    async with httpx2.AsyncClient(timeout=UPLOAD_SECONDS_MAX) as client:
        answer = await client.post(
            f"{network.addresses['matching']}/directory/imports",
            params={"region": region, "vanished": "pause" if pause_vanished else "keep"},
            content=_parts(package),
            headers={"content-type": "application/zip"},
        )
    if answer.is_error:
        raise Refused(answer.json())
    begun: dict[str, Any] = answer.json()
    return begun


async def _parts(package: Path) -> AsyncIterator[bytes]:
    with package.open("rb") as file:
        while part := await asyncio.to_thread(file.read, PART_BYTES):
            yield part


async def _follow(console: Console, network: Network, begun: Mapping[str, Any]) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("queued", total=None)
        while True:
            now: dict[str, Any] = await network.get("matching", f"/directory/imports/{begun['id']}")
            progress.update(task, description=now["state"], completed=now["read"], total=now["of"])
            if now["state"] in _ENDED:
                return now
            await asyncio.sleep(LOOK_SECONDS)


def _summarise(console: Console, ended: Mapping[str, Any]) -> None:
    if ended["state"] == "failed":
        console.print(f"[red]not imported:[/] {ended['problem']}. {ended['remedy']}")
        return
    console.print(
        f"{ended['read']} services read: {ended['created']} created, {ended['changed']} changed, "
        f"{ended['unchanged']} unchanged, {ended['quarantined']} quarantined; "
        f"{ended['flagged']} remarks, {ended['lines_quarantined']} lines set aside in all"
    )


async def _write_report(network: Network, ended: Mapping[str, Any], report: Path) -> None:
    """One JSON object per line of the report, what was set aside first."""
    lines = await network.every("matching", f"/directory/imports/{ended['id']}/report")
    text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    await asyncio.to_thread(report.write_text, text, encoding="utf-8")
