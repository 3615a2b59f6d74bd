"""`alongside bench-matching` and `alongside simulate`: the match engine's speed and fairness on generated regions.

The engine is not imported here: each part of the rehearsal (one, million, assignment, year) runs as a separate process
and prints one JSON object. `one` ranks one referral in a large region.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from alongside_lab.rehearsal.charts import draw_speed, draw_year
from alongside_localstack.postgres.cluster import postgres_server

_MODULE = "alongside_lab.rehearsal"


def bench_matching(
    *,
    quick: Annotated[
        bool, typer.Option(help="A short run: a tenth of the searches and of the million offers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print nothing but the JSON object.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed generates the same regions.")] = 7,
) -> None:
    """Measure matching and assignment, compared with PostgreSQL, numpy brute force, greedy and exact assignment."""
    options = [f"--seed={seed}", *(["--quick"] if quick else [])]
    with postgres_server() as server:
        one_referral = _run_part("one", [*options, f"--postgres={server.url}"])
    summary = {
        "one": one_referral,
        "million": _run_part("million", options),
        "assignment": _run_part("assignment", options),
    }
    if not as_json:
        draw_speed(Console(highlight=False), summary)
    print(json.dumps(summary | {"seed": seed, "quick": quick}))


def simulate(
    *,
    days: Annotated[int, typer.Option(min=7, max=1_000, help="Number of simulated days.")] = 365,
    as_json: Annotated[bool, typer.Option("--json", help="Print nothing but the JSON object.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed simulates the same year.")] = 7,
    policy: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Policy file to use instead of the shipped one."),
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Also write the charts to this SVG file.")] = None,
) -> None:
    """Simulate a year of a generated region: waiting, load and fit for joint, greedy and random assignment."""
    options = [f"--seed={seed}", f"--days={days}", *([f"--policy={policy}"] if policy else [])]
    result = _run_part("year", options)
    if not as_json:
        console = Console(highlight=False, record=plot is not None, width=110)
        draw_year(console, result)
        if plot is not None:
            plot.write_text(_remove_external_fonts(console.export_svg(title="A year of a region")))
    print(json.dumps(result))


def _remove_external_fonts(svg: str) -> str:
    """Return the SVG without external fonts; viewers use their own monospace font."""
    return re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)


def _run_part(part: str, options: Sequence[str]) -> dict[str, Any]:
    """Run one part of the rehearsal in a separate process and return its result; its progress goes to stderr.

    Exits with the process's exit code when it fails.
    """
    finished = subprocess.run(
        [sys.executable, "-m", _MODULE, part, *options], check=False, stdout=subprocess.PIPE, text=True
    )
    if finished.returncode:
        raise typer.Exit(finished.returncode)
    result: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return result
