"""`alongside offers import` and `alongside groups import`: send a file to matching and print the result of each line."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from rich.console import Console

from alongside_cli.installation import with_network
from alongside_cli.network import Network

offers_app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Supporters, groups and services on offer."
)
groups_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Groups and their meetings.")
console = Console(highlight=False)

LINES_SHOWN_MAX: Final = 20
Report = Annotated[Path | None, typer.Option(help="File for all reported lines, one JSON object per line.")]
Region = Annotated[str, typer.Option(help="Region of the offers.")]


@offers_app.command("import")
def import_offers_command(
    table: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV file, one offer per line.")],
    region: Region = "us-fl-miami",
    source: Annotated[
        str, typer.Option(help="Name of the list; source and source_id together identify an offer.")
    ] = "roster",
    report: Report = None,
) -> None:
    """Add or change offers; importing the same file again changes nothing. Exit code 1 if a line was quarantined."""

    async def work(network: Network) -> int:
        return await import_offers(network, table, region=region, source=source, report=report)

    sys.exit(with_network(console, work))


@groups_app.command("import")
def import_groups_command(
    meetings: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON file of online meetings.")
    ],
    need: Annotated[
        list[str],
        typer.Option(help="Need the meetings help with, a code of GET /codes/needs; may be repeated."),
    ],
    region: Region = "us-fl-miami",
    report: Report = None,
) -> None:
    """Import a published list of online meetings; importing the same list again changes nothing."""

    async def work(network: Network) -> int:
        return await import_groups(network, meetings, needs=need, region=region, report=report)

    sys.exit(with_network(console, work))


@groups_app.command("next")
def next_command(
    group: Annotated[UUID, typer.Argument(help="The group's id.")],
    zone: Annotated[
        str | None, typer.Option(help="IANA time zone of the printed times; by default the group's own.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Number of meetings.")] = 3,
) -> None:
    """Print the next meetings of a group."""

    async def work(network: Network) -> int:
        await show_next(network, group, zone=zone, limit=limit)
        return 0

    sys.exit(with_network(console, work))


async def import_offers(
    network: Network, table: Path, *, region: str, source: str, report: Path | None
) -> int:
    """Upload a CSV file and print the result; return the exit code, 1 if a line was quarantined."""
    content = await asyncio.to_thread(table.read_bytes)
    result = await network.send(
        "matching", "/offers/imports", content, "text/csv", region=region, source=source
    )
    _print_counts("lines", result)
    await _print_lines(result["lines"], report, where="line")
    if result["lines_more"]:
        console.print(f"{result['lines_more']} more problems: mend these, then import the same file again")
    return 1 if result["quarantined"] else 0


async def import_groups(
    network: Network, meetings: Path, *, needs: Sequence[str], region: str, report: Path | None
) -> int:
    """Upload a list of meetings and print the result; return the exit code, always 0."""
    content = await asyncio.to_thread(meetings.read_bytes)
    result = await network.send(
        "matching", "/groups/imports", content, "application/json", region=region, need=list(needs)
    )
    _print_counts("meetings", result)
    console.print(
        f"published UTC start times: {result['agree']} match the meeting's local time, {result['differ']} differ"
    )
    await _print_lines(result["lines"], report, where="entry")
    return 0


async def show_next(network: Network, group: UUID, *, zone: str | None, limit: int) -> None:
    """Print up to `limit` meetings of a group, in `zone` or in the group's own time zone."""
    occurrences = await network.get("matching", f"/groups/{group}/occurrences", zone=zone, limit=limit)
    if not occurrences["items"]:
        console.print("no further meeting is scheduled")
    for occurrence in occurrences["items"]:
        seats = (
            f"{occurrence['held'] + occurrence['taken']} of {occurrence['seats']} seats"
            if occurrence["seats"] is not None
            else "unlimited seats"
        )
        state = "cancelled" if occurrence["cancelled"] else ", ".join(occurrence["modes"])
        console.print(f"{occurrence['starts_at']}  {occurrence['zone']}  {seats}  {state}")


def _print_counts(noun: str, result: Mapping[str, Any]) -> None:
    console.print(
        f"{result['read']} {noun} read: {result['created']} created, {result['changed']} changed, "
        f"{result['unchanged']} unchanged, {result['quarantined']} quarantined"
    )


async def _print_lines(lines: Sequence[Mapping[str, Any]], report: Path | None, *, where: str) -> None:
    for line in lines[:LINES_SHOWN_MAX]:
        name = line.get("source_id") or line.get("slug") or ""
        console.print(f"  {where} {line[where]} {name}: {line['code']}. {line['remedy']}", markup=False)
    if len(lines) > LINES_SHOWN_MAX:
        console.print(
            f"  and {len(lines) - LINES_SHOWN_MAX} more; write all of them to a file with --report FILE"
        )
    if report is not None:
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        await asyncio.to_thread(report.write_text, text, encoding="utf-8")
