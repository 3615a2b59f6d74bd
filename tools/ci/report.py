"""The last lines of a run of CI: minutes beside budgets, what was skipped, what was flaky, and the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.ci.budget import Budget
from tools.ci.steps import FLAKY_MAX

TRACEBACK_LINES_MAX = 60


@dataclass
class Findings:
    """The results of the steps so far."""

    seconds: dict[str, float] = field(default_factory=dict)
    """Duration of each step, by its name."""
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    """Node ids of tests that failed, also at a retry."""
    flaky: dict[str, str] = field(default_factory=dict)
    """The first traceback of each test that passed at its retry."""
    skipped: Counter[str] = field(default_factory=Counter)
    """How many tests were skipped, by reason."""
    faults: list[str] = field(default_factory=list)
    """Reasons why the run fails, one sentence each."""


def over_budget(findings: Findings, budget: Budget) -> list[str]:
    """Return one sentence for each step that exceeded its budget, and for the whole run."""
    taken = {**findings.seconds, "the whole run": sum(findings.seconds.values())}
    allowed = {**budget.steps, "the whole run": budget.whole}
    return [
        f"{name} took {seconds / 60:.1f} minutes, its budget is {allowed[name]:g}"
        for name, seconds in taken.items()
        if seconds > allowed[name] * 60
    ]


def too_flaky(findings: Findings) -> list[str]:
    """Return one sentence if more than FLAKY_MAX tests were flaky."""
    count = len(findings.flaky)
    return [f"{count} tests were flaky, at most {FLAKY_MAX} may be"] if count > FLAKY_MAX else []


def closing_lines(findings: Findings, budget: Budget) -> list[str]:
    """Return the final lines of the output: minutes, skips, flaky tests, verdict and counts."""
    verdict = [f"ci: FAILED: {fault}" for fault in findings.faults]
    return [
        *_minutes(findings, budget),
        *_skips(findings),
        *_flaky(findings),
        *(verdict or [f"ci: all green after {_clock(sum(findings.seconds.values()))}"]),
        _counts(findings),
    ]


def _counts(findings: Findings) -> str:
    passed, failed = findings.passed + len(findings.flaky), len(findings.failed)
    return f"tests: {passed} passed, {failed} failed, {findings.skipped.total()} skipped"


def _minutes(findings: Findings, budget: Budget) -> list[str]:
    rows = [f"  {'step':32} {'minutes':>8} {'budget':>8}"]
    for name, allowed in budget.steps.items():
        seconds = findings.seconds.get(name)
        taken = "not run" if seconds is None else f"{seconds / 60:.1f}"
        mark = "  OVER BUDGET" if seconds is not None and seconds > allowed * 60 else ""
        rows.append(f"  {name:32} {taken:>8} {allowed:8g}{mark}")
    whole = f"{sum(findings.seconds.values()) / 60:.1f}"
    return ["", "=== minutes", *rows, f"  {'whole':32} {whole:>8} {budget.whole:8g}"]


def _skips(findings: Findings) -> list[str]:
    if not findings.skipped:
        return []
    rows = [f"  {count:4}  {reason}" for reason, count in findings.skipped.most_common()]
    return ["", f"=== skipped: {findings.skipped.total()} tests", *rows]


def _flaky(findings: Findings) -> list[str]:
    if not findings.flaky:
        return []
    rows = [f"=== FLAKY: {len(findings.flaky)} tests failed, then passed when run alone. Fix the cause next."]
    for test, traceback in findings.flaky.items():
        rows += ["", f"FLAKY {test}", *_shortened(traceback.splitlines())]
    return ["", *rows, ""]


def _shortened(lines: Sequence[str]) -> list[str]:
    omitted = len(lines) - TRACEBACK_LINES_MAX
    if omitted <= 0:
        return [f"  {line}" for line in lines]
    return [f"  … {omitted} lines", *(f"  {line}" for line in lines[omitted:])]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
