"""`alongside offers import` and `alongside groups import`: hand a file to matching, and show what became of each line."""

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
from alongside_contracts.vocabulary import Need

offers_app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Supporters, groups and services on offer."
)
groups_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Groups in time.")
console = Console(highlight=False)

LINES_SHOWN_MAX: Final = 20
Report = Annotated[Path | None, typer.Option(help="Write every remark, one JSON object a line.")]
Region = Annotated[str, typer.Option(help="The region they belong to.")]


@offers_app.command("import")
def import_offers_command(
    table: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV, a line per offer.")],
    region: Region = "us-fl-miami",
    source: Annotated[
        str, typer.Option(help="What the list is called; with source_id it names an offer.")
    ] = "roster",
    report: Report = None,
) -> None:
    """Add or change offers; the same file twice changes nothing. Exits with 1 when a line was set aside."""

    async def work(network: Network) -> int:
        return await import_offers(network, table, region=region, source=source, report=report)

    sys.exit(with_network(console, work))


@groups_app.command("import")
def import_groups_command(
    meetings: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Online meetings, as JSON.")],
    need: Annotated[list[Need], typer.Option(help="What they help with; may be given several times.")],
    region: Region = "us-fl-miami",
    report: Report = None,
) -> None:
    """Take in a published list of online meetings; the same list twice changes nothing."""

    async def work(network: Network) -> int:
        return await import_groups(network, meetings, needs=need, region=region, report=report)

    sys.exit(with_network(console, work))


@groups_app.command("next")
def next_command(
    group: Annotated[UUID, typer.Argument(help="The group's id.")],
    zone: Annotated[str | None, typer.Option(help="The time zone to tell it in (IANA).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 3,
) -> None:
    """When a group meets next."""

    async def work(network: Network) -> int:
        await show_next(network, group, zone=zone, limit=limit)
        return 0

    sys.exit(with_network(console, work))


async def import_offers(
    network: Network, table: Path, *, region: str, source: str, report: Path | None
) -> int:
    """Send a CSV in and tell what became of it; the exit code: 1 when a line was set aside."""
    content = await asyncio.to_thread(table.read_bytes)
    result = await network.send(
        "matching", "/offers/imports", content, "text/csv", region=region, source=source
    )
    _print_counts("lines", result)
    await _print_lines(result["lines"], report, where="line")
    return 1 if result["quarantined"] else 0


async def import_groups(
    network: Network, meetings: Path, *, needs: Sequence[Need], region: str, report: Path | None
) -> int:
    """Send a list of meetings in and tell what became of it."""
    content = await asyncio.to_thread(meetings.read_bytes)
    need_codes = [need.value for need in needs]
    result = await network.send(
        "matching", "/groups/imports", content, "application/json", region=region, need=need_codes
    )
    _print_counts("meetings", result)
    console.print(
        f"published UTC starts: {result['agree']} fit the meeting's own time, {result['differ']} differ"
    )
    await _print_lines(result["lines"], report, where="entry")
    return 0


async def show_next(network: Network, group: UUID, *, zone: str | None, limit: int) -> None:
    """Print the next meetings of a group."""
    found = await network.get("matching", f"/groups/{group}/occurrences", zone=zone, limit=limit)
    if not found["items"]:
        console.print("it does not meet any more")
    for occurrence in found["items"]:
        seats = (
            f"{occurrence['held'] + occurrence['taken']} of {occurrence['seats']} seats"
            if occurrence["seats"] is not None
            else "seats for all"
        )
        state = "cancelled" if occurrence["cancelled"] else ", ".join(occurrence["modes"])
        console.print(f"{occurrence['starts_at']}  {occurrence['zone']}  {seats}  {state}")


def _print_counts(noun: str, result: Mapping[str, Any]) -> None:
    console.print(
        f"{result['read']} {noun} read: {result['created']} created, {result['changed']} changed, "
        f"{result['unchanged']} unchanged, {result['quarantined']} set aside"
    )


async def _print_lines(lines: Sequence[Mapping[str, Any]], report: Path | None, *, where: str) -> None:
    for line in lines[:LINES_SHOWN_MAX]:
        name = line.get("source_id") or line.get("slug") or ""
        console.print(f"  {where} {line[where]} {name}: {line['code']}. {line['remedy']}", markup=False)
    if len(lines) > LINES_SHOWN_MAX:
        console.print(f"  and {len(lines) - LINES_SHOWN_MAX} more; --report FILE writes all of them")
    if report is not None:
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        await asyncio.to_thread(report.write_text, text, encoding="utf-8")
