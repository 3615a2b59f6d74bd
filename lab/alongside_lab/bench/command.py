"""`alongside bench`: measures the platform on this machine. The last line of output is one JSON object.

The *hop* is one process that consumes a record and announces an event; the *whole* is all services together.

Also runs alone: `python -m alongside_lab.bench.command --quick`.
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from traceback import format_exception
from typing import Annotated, Any, Final

import typer

from alongside_cli.errors import CommandError
from alongside_lab.bench import report, run
from alongside_lab.bench.against.cost_ratio import Verdict
from alongside_lab.bench.plan import FULL, QUICK, BenchPlan, Part, with_growth_point
from alongside_lab.interrupts import interrupt_at_sigterm

COMPARISON_EXIT_CODES: Final = {Verdict.YES: 0, Verdict.NO: 1, Verdict.NOT_MEASURED: 2}
"""By whether performance is at least 0.97 of the other revision's."""

app = typer.Typer(add_completion=False, help="Benchmarks of the platform on this machine.")


@app.callback(invoke_without_command=True)
def bench(
    *,
    quick: Annotated[bool, typer.Option(help="A short run: about two minutes on an idle machine.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print only the JSON object.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed sends the same records.")] = 7,
    against: Annotated[
        str | None, typer.Option(metavar="REV", help="Compare the cost per record with this git revision.")
    ] = None,
    only: Annotated[list[Part] | None, typer.Option(help="Measure only this part; may be repeated.")] = None,
    repeats: Annotated[
        int | None, typer.Option(min=1, max=200, help="Number of measurements of each kind.")
    ] = None,
    window_seconds: Annotated[float | None, typer.Option(min=1, help="Duration of one measurement.")] = None,
    records: Annotated[
        int | None, typer.Option(min=500, help="Number of records in each run of the hop.")
    ] = None,
    grow_to: Annotated[
        int | None, typer.Option(min=1, help="Additional measurement with this many open referrals.")
    ] = None,
    py_spy: Annotated[
        bool, typer.Option("--py-spy", help="Record flame graphs, if py-spy is installed.")
    ] = False,
    flames: Annotated[Path, typer.Option(help="Folder for flame graphs.")] = Path(".alongside/flames"),
) -> None:
    """Measure one hop (consume, write, announce), all services together, growth, an import, and finding. Run nothing else meanwhile.

    With --against the exit code is 0 if performance is at least 0.97 of that revision's, 1 if not, 2 if not measured.
    """
    if against is not None:
        _check_comparison_options(only, grow_to, window_seconds, py_spy=py_spy)
    elif Part.LOOP in (only or ()):
        raise typer.BadParameter("loop is a comparison: name a revision with --against.", param_hint="--only")
    plan = replace(QUICK if quick else FULL, seed=seed, flames=flames if py_spy else None)
    plan = replace(plan, parts=frozenset(only)) if only else plan
    plan = _adjust(plan, repeats, window_seconds, records)
    plan = with_growth_point(plan, grow_to) if grow_to else plan
    summary = _measure(plan, against)
    if not as_json:
        print("\n".join(report.format_summary(summary)))
    print(json.dumps(summary))
    if against is not None:
        raise typer.Exit(COMPARISON_EXIT_CODES[summary["against"]["not_below_0_97"]])


def _measure(plan: BenchPlan, against: str | None) -> dict[str, Any]:
    """Return the summary. When the measurement fails, print the error and exit."""
    interrupt_at_sigterm()
    try:
        if against is not None:
            return run.compare_with(against, plan, _report_progress)
        return asyncio.run(run.measure(plan, _report_progress))
    except CommandError as error:
        _report_progress(str(error))
        raise typer.Exit(1 if against is None else COMPARISON_EXIT_CODES[Verdict.NOT_MEASURED]) from None
    except Exception as error:
        if against is None:
            raise
        _report_progress("".join(format_exception(error)))
        # An aborted comparison has no verdict.
        raise typer.Exit(COMPARISON_EXIT_CODES[Verdict.NOT_MEASURED]) from None


def _check_comparison_options(
    only: list[Part] | None, grow_to: int | None, window_seconds: float | None, *, py_spy: bool
) -> None:
    """Raise BadParameter for options that do not apply to a comparison."""
    if {Part.GROWTH, Part.IMPORT, Part.FINDING} & set(only or ()) or grow_to or window_seconds or py_spy:
        raise typer.BadParameter(
            "--against measures hop, whole and loop. Use it only with --only, --repeats, --records, --quick and --seed.",
            param_hint="--against",
        )


def _adjust(
    plan: BenchPlan, repeats: int | None, window_seconds: float | None, records: int | None
) -> BenchPlan:
    hop, whole, against = plan.hop, plan.whole, plan.against
    return replace(
        plan,
        hop=replace(hop, repeats=repeats or hop.repeats, records=records or hop.records),
        whole=replace(
            whole,
            repeats=repeats or whole.repeats,
            window_seconds=window_seconds or whole.window_seconds,
        ),
        against=replace(against, runs=repeats or against.runs, records=records or against.records),
    )


def _report_progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    app()
