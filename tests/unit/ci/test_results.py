"""pytest's report log is read strictly: an incomplete log is not a complete session."""

from pathlib import Path

import pytest

from tools.ci.budget import read_budget
from tools.ci.pipeline import is_retried
from tools.ci.results import Results, read_results
from tools.ci.steps import PIPELINES

ROOT = Path(__file__).resolve().parents[3]
FAILED = '{"$report_type": "TestReport", "nodeid": "t.py::test_a", "when": "call", "outcome": "failed", "longrepr": "E"}'
TORN_DOWN_BADLY = FAILED.replace('"call"', '"teardown"')
PASSED = '{"$report_type": "TestReport", "nodeid": "t.py::test_a", "when": "call", "outcome": "passed", "longrepr": null}'


def test_a_log_that_breaks_off_is_not_complete(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f'{FAILED}\n{{"$report_type": "Sess')

    found = read_results(log)

    assert (dict(found.failed), found.exit_status, found.is_complete) == ({"t.py::test_a": "E"}, None, False)
    assert not is_retried(found)


def test_no_log_at_all_is_not_complete(tmp_path: Path) -> None:
    assert not read_results(tmp_path / "none").is_complete


def test_a_test_that_fails_in_its_teardown_did_not_pass(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f'{PASSED}\n{TORN_DOWN_BADLY}\n{{"$report_type": "SessionFinish", "exitstatus": 1}}\n')

    found = read_results(log)

    assert (found.passed, list(found.failed), found.is_complete) == (0, ["t.py::test_a"], True)
    assert is_retried(found)


@pytest.mark.parametrize("status", [2, 3, 4, 5])
def test_a_session_that_ended_otherwise_has_no_second_try(status: int) -> None:
    assert not is_retried(Results(failed={"t.py::test_a": "E"}, exit_status=status))


@pytest.mark.parametrize("pipeline", sorted(PIPELINES))
def test_every_step_has_its_budget_and_the_rows_add_up(pipeline: str) -> None:
    steps = [step.name for step in PIPELINES[pipeline]]

    budget = read_budget(ROOT / ".ci" / "budget", pipeline, steps)

    assert set(budget.steps) == set(steps)


def test_a_run_of_ci_takes_at_most_42_minutes() -> None:
    steps = [step.name for step in PIPELINES["run"]]

    assert read_budget(ROOT / ".ci" / "budget", "run", steps).whole <= 42
