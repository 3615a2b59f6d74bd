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
from alongside_lab.interrupts import interrupt_at_sigterm
from alongside_localstack.settings import StackSettings

app = typer.Typer(
    add_completion=False, help="Referrals during a storm of faults, with a check of every promise."
)
QUICK_REFERRALS: Final = 150
FINDINGS_SHOWN: Final = 20


@app.callback(invoke_without_command=True)
def faults(
    *,
    referrals: Annotated[
        int, typer.Option(min=10, max=100_000, help="Number of valid referrals to send.")
    ] = 5000,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of faults and records; the same seed gives the same ones.")
    ] = 1,
    quick: Annotated[
        bool, typer.Option("--quick", help=f"A small run of {QUICK_REFERRALS} referrals.")
    ] = False,
    storm_seconds: Annotated[float | None, typer.Option(min=10, help="Duration of the faults.")] = None,
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds to wait without progress after the faults.")
    ] = 240,
    brokers: Annotated[int, typer.Option(min=1, max=3, help="Number of Apache Kafka nodes.")] = 3,
    users: Annotated[
        bool, typer.Option(help="Kafka requires log-in and grants each user only the rights it needs.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Send referrals during a storm of faults, then check every promise; exit code 1 if one was broken."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its messages about killed brokers are expected
    error_console = Console(stderr=as_json, highlight=False)
    interrupt_at_sigterm()
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
