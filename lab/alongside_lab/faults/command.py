"""`alongside faults`: the fault suite on the command line."""

import asyncio
import json
import logging
import sys
from typing import Annotated, Final

import typer
from rich.console import Console

from alongside_cli.errors import CommandError
from alongside_lab.faults.run import RunOptions, RunResult, run_faults
from alongside_localstack.settings import StackSettings

app = typer.Typer(
    add_completion=False, help="Referrals through a storm of faults, and every promise checked."
)
QUICK_REFERRALS: Final = 150
FINDINGS_SHOWN: Final = 20


@app.callback(invoke_without_command=True)
def faults(
    *,
    referrals: Annotated[int, typer.Option(min=10, max=100_000, help="Good referrals to send.")] = 5000,
    seed: Annotated[
        int, typer.Option(min=0, help="Which storm and which records; the same seed, the same ones.")
    ] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"A small run of {QUICK_REFERRALS} referrals.")
    ] = False,
    storm_seconds: Annotated[float | None, typer.Option(min=10, help="How long the faults last.")] = None,
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds to wait afterwards while nothing moves.")
    ] = 240,
    brokers: Annotated[int, typer.Option(min=1, max=3, help="Nodes of Apache Kafka.")] = 3,
    users: Annotated[
        bool, typer.Option(help="Let Kafka ask everybody who they are, and allow no more than they need.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Send referrals through a storm of faults, then check every promise; exit code 1 if one was broken."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it says of a broker we killed is no news
    error_console = Console(stderr=as_json, highlight=False)
    count = QUICK_REFERRALS if quick else referrals
    options = RunOptions(count, seed, storm_seconds, patience, brokers, users)
    try:
        result = asyncio.run(
            run_faults(StackSettings(), options, lambda text: error_console.print(f"[dim]{text}[/]"))
        )
    except CommandError as error:
        error_console.print(str(error), style="red", markup=False)
        sys.exit(1)
    _show(error_console, result, numbers=not as_json)
    if as_json:
        print(json.dumps(result.numbers))
    sys.exit(0 if result.numbers["ok"] else 1)


def _show(console: Console, result: RunResult, *, numbers: bool) -> None:
    for name, value in result.numbers.items() if numbers else ():
        console.print(f"{name:>20}  {value}")
    for finding in result.findings[:FINDINGS_SHOWN]:
        console.print(f"{finding.promise}: {finding.subject}: {finding.what}", style="red", markup=False)
    if len(result.findings) > FINDINGS_SHOWN:
        console.print(f"… and {len(result.findings) - FINDINGS_SHOWN} more", style="red")
    console.print(f"evidence: {result.folder}", style="dim")
