"""`alongside codes`: check the code lists and the regions' own codes, and whether all services work with the same ones."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from rich.console import Console
from rich.table import Table

from alongside_cli.installation import with_network
from alongside_cli.network import Network, ServiceRefused
from alongside_contracts.codes import Codes, CodesError, load_codes
from alongside_contracts.services import SERVICES

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The code lists of the network.")
console = Console(highlight=False)

PROBLEMS: Final = 1
COMPARED: Final = ("since", "sunset", "broader", "protected")
"""The facts of a code that must be the same at every service; labels may differ for a while."""
CodeFacts: TypeAlias = Mapping[tuple[str, str], Mapping[str, str | None]]
"""The compared facts by list and code."""
Get: TypeAlias = Callable[..., Awaitable[Any]]


@app.callback()
def codes() -> None:
    """The code lists of the network."""


@app.command("check")
def check_command(
    regions: Annotated[
        Path | None,
        typer.Option(help="Folder of the regions' files.", envvar="ALONGSIDE_REGIONS", file_okay=False),
    ] = None,
    release: Annotated[
        str,
        typer.Option(
            help="Release whose codes are taken; empty: the one before the installed.",
            envvar="ALONGSIDE_CODES_OF",
        ),
    ] = "",
    services: Annotated[
        bool, typer.Option("--services", help="Also ask the running services for their lists.")
    ] = False,
) -> None:
    """Check the lists, and print each with its codes that are new, ended or a region's own. Exit code 1 for problems."""
    try:
        loaded = load_codes(regions=regions, release=release or None)
    except CodesError as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(PROBLEMS)
    console.print(_table(loaded))
    for remark in _remarks(loaded):
        console.print(remark, markup=False, soft_wrap=True)
    if regions is not None:
        console.print(
            f"region files read: {', '.join(sorted(path.name for path in regions.glob('*.json'))) or 'none'}"
        )
    console.print(f"codes of release {loaded.release} are taken where codes come in")
    if services:
        sys.exit(with_network(console, lambda network: _compare(network, loaded)))


def _table(loaded: Codes) -> Table:
    table = Table("list", "codes", "growth")
    for code_list in loaded.lists.values():
        table.add_row(code_list.name, str(len(code_list.codes)), "open" if code_list.open else "closed")
    return table


def _remarks(loaded: Codes) -> Iterator[str]:
    """Yield a line for each list with codes that are new, ended or a region's own."""
    for code_list in loaded.lists.values():
        codes = code_list.codes.values()
        not_offered = [code for code in codes if not loaded.offers(code)]
        kinds = {
            "not taken yet": [code.code for code in not_offered if code.sunset is None],
            "no longer offered": [code.code for code in not_offered if code.sunset is not None],
            **{
                f"own codes of {region}": [code.code for code in codes if code.region == region]
                for region in loaded.regions
            },
        }
        yield from (f"{code_list.name}: {kind}: {', '.join(names)}" for kind, names in kinds.items() if names)


async def _compare(network: Network, loaded: Codes) -> int:
    """Print where a service's lists differ from these; return 1 if one does."""
    differing = 0
    for service in SERVICES:
        try:
            differences = [line async for line in _differences(partial(network.get, service), loaded)]
        except ServiceRefused:
            differences = ["shows no code lists: upgrade it first"]
        differing += bool(differences)
        console.print(f"{service}: {'; '.join(differences) or 'the same lists'}", markup=False)
    return PROBLEMS if differing else 0


async def _differences(get: Get, loaded: Codes) -> AsyncIterator[str]:
    """Yield how a service's lists differ, as phrases; every region's own codes are compared, too."""
    shown = await get("/codes")
    if shown["release"] != loaded.release:
        yield f"takes codes of release {shown['release']}"
    for region in (None, *sorted({*shown["regions"], *loaded.regions})):
        answer = shown if region is None else await get("/codes", region=region)
        theirs = {
            (each["list"], code["code"]): {fact: code[fact] for fact in COMPARED}
            for each in answer["lists"]
            for code in each["codes"]
            if code["region"] == region
        }
        for line in _compared(_ours(loaded, region), theirs):
            yield line


def _ours(loaded: Codes, region: str | None) -> CodeFacts:
    return {
        (name, code.code): {fact: getattr(code, fact) for fact in COMPARED}
        for name, code_list in loaded.lists.items()
        for code in code_list.codes.values()
        if code.region == region
    }


def _compared(ours: CodeFacts, theirs: CodeFacts) -> Iterator[str]:
    yield from (f"lacks {code} of {name}" for name, code in sorted(ours.keys() - theirs.keys()))
    yield from (f"has {code} of {name}" for name, code in sorted(theirs.keys() - ours.keys()))
    yield from (
        f"differs in {code} of {name}"
        for name, code in sorted(ours.keys() & theirs.keys())
        if ours[name, code] != theirs[name, code]
    )
