"""Results of a pytest run, read from its report log (pytest-reportlog: one JSON object per line).

The log holds one report per phase of a test, so a test that failed in its teardown failed. A session that ended
other than with failed tests (a crash, a usage error, a time limit) is not complete and is not retried.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS_FAILED = 1
"""pytest's exit status when all tests ran and some failed."""

ALL_PASSED = 0


@dataclass(frozen=True)
class Results:
    """One session of pytest."""

    passed: int = 0
    failed: Mapping[str, str] = field(default_factory=dict)
    """The first traceback by node id."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    """How many tests were skipped, by reason."""
    not_collected: frozenset[str] = frozenset()
    """Files that could not be imported."""
    exit_status: int | None = None
    """pytest's own exit status; None when the session was killed."""

    @property
    def is_complete(self) -> bool:
        """Whether every test was collected and finished."""
        return self.exit_status in (ALL_PASSED, TESTS_FAILED) and not self.not_collected


def read_results(log: Path) -> Results:
    """Read a report log; a missing or incomplete log gives the readable entries, without an exit status."""
    passed: set[str] = set()
    failed: dict[str, str] = {}
    skipped: Counter[str] = Counter()
    not_collected: set[str] = set()
    exit_status: int | None = None
    for entry in _entries(log):
        match entry.get("$report_type"), entry.get("outcome"):
            case "SessionFinish", _:
                exit_status = entry["exitstatus"]
            case "CollectReport", "failed":
                not_collected.add(entry["nodeid"])
            case "TestReport" | "CollectReport", "skipped":
                skipped[reason_of(entry["longrepr"])] += 1
            case "TestReport", "failed":
                failed.setdefault(entry["nodeid"], traceback_of(entry["longrepr"]))
            case "TestReport", "passed" if entry["when"] == "call":
                passed.add(entry["nodeid"])
    return Results(len(passed - failed.keys()), failed, skipped, frozenset(not_collected), exit_status)


def _entries(log: Path) -> list[dict[str, Any]]:
    if not log.exists():
        return []
    entries = []
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:  # the incomplete last line of a killed session
            break
    return entries


def reason_of(longrepr: object) -> str:
    """Return why a test was skipped: the last part of pytest's (file, line, reason)."""
    if isinstance(longrepr, list) and longrepr:
        return str(longrepr[-1]).removeprefix("Skipped: ")
    return str(longrepr)


def traceback_of(longrepr: object) -> str:
    """Return a failure as pytest shows it: the lines of each traceback entry, with its location."""
    if not isinstance(longrepr, dict):
        return str(longrepr)
    traceback: list[str] = []
    for entry in longrepr["reprtraceback"]["reprentries"]:
        data = entry["data"]
        traceback += data["lines"]
        if location := data.get("reprfileloc"):
            traceback.append(f"{location['path']}:{location['lineno']}: {location['message']}")
    return "\n".join(traceback)
