"""Runs the steps in order, and failed tests a second time.

A failed test is run again, alone, when the session ended normally, at most FLAKY_MAX tests failed, and none of them is
one of NEVER_RETRIED. It is flaky when it passes then; otherwise the run fails.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tools.ci.budget import Budget
from tools.ci.commands import TIMED_OUT, run_make
from tools.ci.report import Findings, closing_lines, over_budget, too_flaky
from tools.ci.results import Results, read_results
from tools.ci.steps import FLAKY_MAX, NEVER_RETRIED, Command, Step

OVERRUN = 2
"""A step is stopped after this multiple of its budget, so that a slow step is measured and a hanging one ends."""

LOG_LINES_SHOWN = 40


@dataclass
class Pipeline:
    """One run. `state` is a folder for logs and the local stacks' state; it is removed at the end."""

    steps: tuple[Step, ...]
    budget: Budget
    state: Path

    def __post_init__(self) -> None:
        """Initialise the findings and the start time."""
        self.findings = Findings()
        self._began = time.monotonic()
        self._sessions = 0

    def run(self) -> int:
        """Run every step until one fails; print the closing lines; return the exit code."""
        try:
            for step in self.steps:
                if not self._passes(step):
                    break
        finally:
            self._show_logs()
            shutil.rmtree(self.state, ignore_errors=True)
        self.findings.faults += over_budget(self.findings, self.budget) + too_flaky(self.findings)
        print("\n".join(closing_lines(self.findings, self.budget)), flush=True)
        return 1 if self.findings.faults else 0

    def _passes(self, step: Step) -> bool:
        began = time.monotonic()
        print(f"\n=== {step.name}", flush=True)
        passed = all(self._command_passes(step, command) for command in step.commands)
        seconds = time.monotonic() - began
        self.findings.seconds[step.name] = seconds
        verdict = "passed in" if passed else "FAILED after"
        print(f"=== {step.name}: {verdict} {seconds:.0f} s", flush=True)
        return passed

    def _command_passes(self, step: Step, command: Command) -> bool:
        if command.is_pytest:
            return self._tests_pass(step, command)
        code = self._make(step, command, command.arguments)
        if code != 0:
            self._add_fault(step, command, code)
        return code == 0

    def _tests_pass(self, step: Step, command: Command) -> bool:
        code, first = self._pytest(step, command, command.arguments)
        self.findings.passed += first.passed
        self.findings.skipped.update(first.skipped)
        if code == 0:
            if first.passed == 0:
                self.findings.skipped[f"make {command.target} {command.arguments}: no test was run"] += 1
            return True
        if not is_retried(first):
            self.findings.failed += [*first.failed, *first.not_collected]
            self._add_fault(step, command, code)
            return False
        return self._retry(step, command, first)

    def _retry(self, step: Step, command: Command, first: Results) -> bool:
        print(f"=== {step.name}: {len(first.failed)} failed, run once more, alone", flush=True)
        failed_tests = self.state / f"failed-{self._sessions}"
        failed_tests.write_text("\n".join(first.failed))
        code, second = self._pytest(step, command, f"@{failed_tests}", WORKERS="0")
        passed_now = {} if second.exit_status is None else dict(first.failed)
        for test in second.failed:
            passed_now.pop(test, None)
        self.findings.flaky.update(passed_now)
        self.findings.failed += [test for test in first.failed if test not in passed_now]
        if code != 0:
            self._add_fault(step, command, code)
        return code == 0

    def _pytest(self, step: Step, command: Command, arguments: str, **variables: str) -> tuple[int, Results]:
        self._sessions += 1
        log = self.state / f"report-{self._sessions}.jsonl"
        code = self._make(step, command, f"--report-log={log} {arguments}".strip(), **variables)
        return code, read_results(log)

    def _make(self, step: Step, command: Command, arguments: str, **variables: str) -> int:
        words = [command.target, *(f"{name}={value}" for name, value in variables.items())]
        if arguments:
            words.append(f"ARGS={arguments}")
        # By number: a name may contain a comma, which Kafka interprets as a separator of two folders.
        stack = self.state / f"stack-{self.steps.index(step) + 1}"
        self.state.mkdir(parents=True, exist_ok=True)
        environment = {"ALONGSIDE_STATE": str(stack), **command.environment}
        return run_make(words, environment, self._seconds_max(step))

    def _seconds_max(self, step: Step) -> float:
        remaining = self.budget.whole * 60 - (time.monotonic() - self._began)
        return max(1.0, min(self.budget.steps[step.name] * 60 * OVERRUN, remaining))

    def _add_fault(self, step: Step, command: Command, code: int) -> None:
        reason = "exceeded its time limit" if code == TIMED_OUT else f"ended with exit code {code}"
        self.findings.faults.append(f"{step.name}: make {command.target} {reason}")

    def _show_logs(self) -> None:
        """After a failed step, print the end of every log of the local stacks, so that CI's output shows the cause."""
        if not self.findings.faults:
            return
        for log in sorted(self.state.rglob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
            print(f"--- {log}", *lines, sep="\n", flush=True)


def is_retried(first: Results) -> bool:
    """Return whether the failed tests may be retried: few tests of a complete session, none of them in NEVER_RETRIED."""
    return (
        first.is_complete
        and 0 < len(first.failed) <= FLAKY_MAX
        and not any(test.startswith(NEVER_RETRIED) for test in first.failed)
    )
