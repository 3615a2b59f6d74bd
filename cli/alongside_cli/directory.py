"""`alongside directory`: import a publisher's datapackage and show the progress; list and rename sources; announce again."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any, Final
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from alongside_cli.installation import with_network
from alongside_cli.network import Network, ServiceRefused
from alongside_cli.package_rows import PackageRows

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Directories of community services.")
console = Console(highlight=False)

POLL_SECONDS: Final = 0.3
DIGEST_KEY_BYTES: Final = 32
"""A new key for each import: nobody else can tell rows from the digests that the network keeps."""
HELD: Final = 3
"""Exit code of an import that changed nothing and waits for a confirmation."""
_HINTS: Final = {
    "source-new": "On the command line: --new-source, or alongside directory rename NAME NEW_NAME.\n",
}
"""What a refusal's remedy is on the command line, by its code."""
_FINISHED_STATES: Final = frozenset({"done", "failed", "held"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with a package: whose it is, for which region, and how."""

    source: str
    region: str
    pause_vanished: bool = True
    new_source: bool = False
    dry_run: bool = False
    confirm: str | None = None

    def query(self) -> dict[str, str]:
        """Return the query of the upload."""
        flags = {"new_source": self.new_source, "dry_run": self.dry_run}
        return {
            "source": self.source,
            "region": self.region,
            "vanished": "pause" if self.pause_vanished else "keep",
            **{name: "true" for name, is_set in flags.items() if is_set},
            **({"confirm": self.confirm} if self.confirm else {}),
        }


@app.command("import")
def import_(  # noqa: PLR0917  (one parameter for each option of the command)
    package: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An HSDS datapackage (zip).")],
    source: Annotated[str, typer.Option(help="Whose package it is, such as miami-211.")],
    region: Annotated[str, typer.Option(help="Region of the services.")],
    new_source: Annotated[
        bool,
        typer.Option("--new-source", help="This is the first package of another publisher of the region."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what the import would do.")] = False,
    confirm: Annotated[
        str | None, typer.Option(help="The confirmation of an import that was held: settles its questions.")
    ] = None,
    pause_vanished: Annotated[
        bool, typer.Option(help="Refer nobody any more to services that the package no longer lists.")
    ] = True,
    report: Annotated[
        Path | None,
        typer.Option(
            help="File for all reported lines with their rows, one JSON object per line; readable by you alone."
        ),
    ] = None,
) -> None:
    """Import a publisher's directory; importing the same package again changes nothing.

    A package that would retire too much is held: nothing is changed until you repeat the command with its confirmation.
    """
    wanted = Wanted(source, region, pause_vanished, new_source, dry_run, confirm)

    async def work(network: Network) -> int:
        return await import_directory(console, network, package, wanted, report=report)

    sys.exit(with_network(console, work))


@app.command("sources")
def list_(
    region: Annotated[str | None, typer.Option(help="Only the sources of this region.")] = None,
) -> None:
    """List the publishers whose directories are imported."""

    async def work(network: Network) -> int:
        await list_sources(console, network, region)
        return 0

    sys.exit(with_network(console, work))


@app.command("rename")
def rename(
    name: Annotated[str, typer.Argument(help="The source's name so far.")],
    new_name: Annotated[str, typer.Argument(help="Its new name.")],
) -> None:
    """Rename a source; its listings and offers keep their ids."""
    sys.exit(with_network(console, lambda network: rename_source(console, network, name, new_name)))


@app.command("announce")
def announce(
    source: Annotated[str | None, typer.Option(help="Only the listings of this source.")] = None,
) -> None:
    """Announce every listing again, for services whose stream of listings is not whole; the others change nothing."""
    sys.exit(with_network(console, lambda network: announce_again(console, network, source)))


async def list_sources(console: Console, network: Network, region: str | None = None) -> None:
    """Print the sources as a table."""
    answer = await network.get("directory", "/directory/sources", region=region)
    table = Table("source", "region", "services", "last change")
    for it in answer["items"]:
        table.add_row(it["name"], it["region"], f"{it['services']:,}", str(it["changed_at"] or "")[:16])
    console.print(table)


async def rename_source(console: Console, network: Network, name: str, new_name: str) -> int:
    """Rename a source, and return the exit code: 1 if it was refused."""
    path, key = f"/directory/sources/{name}/rename", f"rename-{name}-{new_name}"
    try:
        await network.command("directory", path, {"name": new_name}, key=key)
    except ServiceRefused as refused:
        console.print(f"[red]refused:[/] {refused}")
        return 1
    console.print(f"{name} is {new_name} now")
    return 0


async def announce_again(console: Console, network: Network, source: str | None) -> int:
    """Announce all listings again, a page after another, and return the exit code: 1 if it was refused."""
    announced, after = 0, None
    with Progress(TextColumn("{task.completed} listings announced"), console=console) as progress:
        task = progress.add_task("announce", total=None)
        while True:
            body = {"source": source, **({"after": after} if after else {})}
            try:
                page = await network.command("directory", "/directory/announcements", body, key=str(uuid4()))
            except ServiceRefused as refused:
                console.print(f"[red]refused:[/] {refused}")
                return 1
            announced, after = announced + page["announced"], page["next"]
            progress.update(task, completed=announced)
            if after is None:
                break
    console.print(f"{announced:,} listings are announced again")
    return 0


async def import_directory(
    console: Console, network: Network, package: Path, wanted: Wanted, *, report: Path | None
) -> int:
    """Upload the package, print the import's result, and return the exit code: 1 if it was refused or failed, HELD if it was
    held."""
    digest_key = token_bytes(DIGEST_KEY_BYTES)
    try:
        content = await asyncio.to_thread(package.read_bytes)
        started = await network.send(
            "directory",
            "/directory/imports",
            content,
            "application/zip",
            headers={"digest-key": digest_key.hex()},
            **wanted.query(),
        )
    except ServiceRefused as refused:
        console.print(f"[red]refused:[/] {refused}")
        console.print(_HINTS.get(refused.code, ""), end="")
        return 1
    finished = await _follow(console, network, started)
    for line in summary(finished):
        console.print(line)
    if finished["state"] == "failed":
        return 1
    if report is not None:
        await _write_report(network, finished, PackageRows(package, digest_key), report)
        console.print(f"report of all quarantined lines and remarks, with their rows: {report}")
    return HELD if finished["state"] == "held" else 0


async def _follow(console: Console, network: Network, started: Mapping[str, Any]) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("queued", total=None)
        while True:
            current: dict[str, Any] = await network.get("directory", f"/directory/imports/{started['id']}")
            progress.update(
                task, description=current["state"], completed=current["read"], total=current["of"]
            )
            if current["state"] in _FINISHED_STATES:
                return current
            await asyncio.sleep(POLL_SECONDS)


def summary(finished: Mapping[str, Any]) -> Iterator[str]:
    """Yield what became of a finished import, as lines with markup."""
    if finished["state"] == "failed":
        yield f"[red]not imported:[/] {finished['problem']}. {finished['remedy']}"
        return
    if finished["state"] == "done" or finished["dry_run"]:
        would = "dry run, nothing was changed: " if finished["dry_run"] else ""
        yield (
            f"{would}{finished['read']} services read: {finished['created']} created, {finished['changed']} changed, "
            f"{finished['unchanged']} unchanged, {finished['quarantined']} quarantined, {finished['vanished']} paused; "
            f"{finished['flagged']} remarks, {finished['lines_quarantined']} lines quarantined in all"
        )
    yield from map(_question, finished["questions"])
    if finished["state"] == "held":
        yield "[yellow]held: nothing is changed until you confirm it.[/]"
    if finished["confirmation"]:
        yield f"If this is right, repeat the command with [bold]--confirm {finished['confirmation']}[/]"


def _question(question: Mapping[str, Any]) -> str:
    lost, before, about = question["lost"], question["before"], ", ".join(question["about"])
    texts = {
        "empty": f"the package lists no service; there are {before:,}",
        "cut": f"the table {about} ends too early or lacks {lost:,} of {before:,} rows",
        "parts-missing": f"{lost:,} of {before:,} rows of the table {about} name something that the package lacks",
        "retires": f"it would retire {lost:,} of {before:,}: {about}",
        "ids-moved": f"ids that name other services now and keep what they were: {about}",
    }
    return f"[yellow]{texts.get(question['code'], question['code'])}.[/] {question['remedy']}"


async def _write_report(
    network: Network, finished: Mapping[str, Any], rows: PackageRows, report: Path
) -> None:
    """Write the import's report as JSON lines, in the service's order (quarantined lines first), each with its row.

    The rows come from the package and stay on this machine. They may have the streets of confidential places, so only the
    file's owner may read it.
    """
    lines = await network.list_all("directory", f"/directory/imports/{finished['id']}/report")
    await asyncio.to_thread(_write_lines, lines, rows, report)


def _write_lines(lines: Sequence[Mapping[str, Any]], rows: PackageRows, report: Path) -> None:
    descriptor = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        os.fchmod(descriptor, 0o600)
        for line in lines:
            row = rows.find(line["path"], line["line"], line["digest"])
            file.write(f"{json.dumps({**line, 'row': row}, ensure_ascii=False)}\n")
