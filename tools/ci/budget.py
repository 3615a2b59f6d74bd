"""The minutes each step of CI may take, read from `.ci/budget`.

One section per pipeline. `whole` is the limit for all steps together, and the rows below it must add up to exactly
that, so that raising one budget requires lowering another. A row named `reserved …` is for a later step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

WHOLE = "whole"
RESERVED = "reserved "


class BudgetError(Exception):
    """`.ci/budget` does not fit the steps, or does not add up."""


@dataclass(frozen=True)
class Budget:
    """Minutes for the whole pipeline, and for each step by its name."""

    whole: float
    steps: Mapping[str, float]


def read_budget(file: Path, pipeline: str, steps: Collection[str]) -> Budget:
    """Read one pipeline's section. Raises BudgetError when a step has no row, a row no step, or the sum is wrong."""
    parser = ConfigParser()
    parser.read_string(file.read_text(encoding="utf-8"))
    if not parser.has_section(pipeline):
        raise BudgetError(f"{file.name} has no section [{pipeline}]")
    rows = {name: parser.getfloat(pipeline, name) for name in parser.options(pipeline)}
    whole = rows.pop(WHOLE, 0.0)
    if round(sum(rows.values()), 2) != round(whole, 2):
        raise BudgetError(
            f"[{pipeline}] adds up to {sum(rows.values()):g} minutes, and `{WHOLE}` is {whole:g}: "
            "lower another row by the same number of minutes"
        )
    named = {name: minutes for name, minutes in rows.items() if not name.startswith(RESERVED)}
    if unmatched := sorted(set(named) ^ set(steps)):
        raise BudgetError(
            f"[{pipeline}] and its steps differ in: {', '.join(unmatched)}: give each step exactly one row"
        )
    return Budget(whole, named)
