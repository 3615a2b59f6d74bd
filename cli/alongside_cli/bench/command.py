"""`alongside bench`: how fast is it here? The last line of output is one JSON object.

Also alone: `python -m alongside_cli.bench.command --quick`.
"""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from alongside_cli.bench import report
from alongside_cli.bench.plan import FULL, QUICK, BenchPlan, Part, grown_to
from alongside_cli.stack.errors import StackError

app = typer.Typer(add_completion=False, help="How fast it is on this machine.")


@app.callback(invoke_without_command=True)
def bench(
    *,
    quick: Annotated[
        bool, typer.Option(help="Less of everything: about a minute and a half on a quiet machine.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print nothing but the JSON object.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed sends the same records.")] = 7,
    only: Annotated[list[Part] | None, typer.Option(help="Measure this part; repeat it.")] = None,
    repeats: Annotated[
        int | None, typer.Option(min=1, max=50, help="How often each thing is measured.")
    ] = None,
    window_seconds: Annotated[
        float | None, typer.Option(min=1, help="How long one measurement lasts.")
    ] = None,
    records: Annotated[int | None, typer.Option(min=500, help="Records of one turn of the hop.")] = None,
    grow_to: Annotated[
        int | None, typer.Option(min=1, help="One more point of growth: so many open referrals.")
    ] = None,
    py_spy: Annotated[
        bool, typer.Option("--py-spy", help="Record flame graphs, if py-spy is there.")
    ] = False,
    flames: Annotated[Path, typer.Option(help="Where flame graphs go.")] = Path(".alongside/flames"),
) -> None:
    """Measure the hop beside its peers, all services together, and growth. Takes the machine for itself."""
    from alongside_cli.bench.run import (
        measure,
    )  # here, so that no other command waits for its peers' libraries

    plan = replace(QUICK if quick else FULL, seed=seed, flames=flames if py_spy else None)
    plan = replace(plan, parts=frozenset(only)) if only else plan
    plan = _adjusted(plan, repeats, window_seconds, records)
    plan = grown_to(plan, grow_to) if grow_to else plan
    try:
        summary = asyncio.run(measure(plan, _tell))
    except StackError as error:
        _tell(str(error))
        raise typer.Exit(1) from None
    if not as_json:
        print("\n".join(report.told(summary)))
    print(json.dumps(summary))


def _adjusted(
    plan: BenchPlan, repeats: int | None, window_seconds: float | None, records: int | None
) -> BenchPlan:
    hop, whole = plan.hop, plan.whole
    return replace(
        plan,
        hop=replace(hop, repeats=repeats or hop.repeats, records=records or hop.records),
        whole=replace(
            whole,
            repeats=repeats or whole.repeats,
            window_seconds=window_seconds or whole.window_seconds,
        ),
    )


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    app()
