"""`alongside codes`: check the code lists and the regions' own codes, and whether all services work with the same ones."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from alongside_cli.installation import with_network
from alongside_cli.network import Network
from alongside_contracts.codes import Code, CodeList, Codes, CodesError, load_codes
from alongside_contracts.services import SERVICES

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The code lists of the network.")
console = Console(highlight=False)

PROBLEMS: Final = 1


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
    console.print(f"codes of release {loaded.release} are taken where codes come in")
    if services:
        sys.exit(with_network(console, lambda network: _compare(network, loaded)))


def _table(loaded: Codes) -> Table:
    table = Table()
    for heading in ("list", "codes", "growth", "not taken yet", "no longer offered", "regions' own"):
        table.add_column(heading, overflow="fold")
    for code_list in loaded.lists.values():
        table.add_row(code_list.name, str(len(code_list.codes)), *_cells(loaded, code_list))
    return table


def _cells(loaded: Codes, code_list: CodeList) -> tuple[str, ...]:
    codes = code_list.codes.values()
    not_offered = [code for code in codes if not loaded.offers(code)]
    return (
        "open" if code_list.open else "closed",
        _names([code for code in not_offered if code.sunset is None]),
        _names([code for code in not_offered if code.sunset is not None]),
        _names([code for code in codes if code.region is not None]),
    )


def _names(codes: list[Code]) -> str:
    return ", ".join(f"{code.code} ({code.region})" if code.region else code.code for code in codes)


async def _compare(network: Network, loaded: Codes) -> int:
    """Print where a service's lists differ from these; return 1 if one does."""
    differing = 0
    for service in SERVICES:
        shown = await network.get(service, "/codes")
        differences = list(_differences(shown, loaded))
        differing += bool(differences)
        console.print(f"{service}: {'; '.join(differences) or 'the same lists'}", markup=False)
    return PROBLEMS if differing else 0


def _differences(shown: Mapping[str, Any], loaded: Codes) -> list[str]:
    """Return how a service's answer differs, as phrases; a region's own codes are not compared."""
    ours = {name: _network_codes(code_list) for name, code_list in loaded.lists.items()}
    theirs = {each["list"]: {code["code"] for code in each["codes"]} for each in shown["lists"]}
    release = [f"takes codes of release {shown['release']}"] if shown["release"] != loaded.release else []
    return [
        *release,
        *(
            f"lacks {code} of {name}"
            for name in ours
            for code in sorted(ours[name] - theirs.get(name, set()))
        ),
        *(
            f"has {code} of {name}"
            for name in theirs
            for code in sorted(theirs[name] - ours.get(name, set()))
        ),
    ]


def _network_codes(code_list: CodeList) -> set[str]:
    return {code.code for code in code_list.codes.values() if code.region is None}
