"""The real `.ci/run` in a copy with a small Makefile and small tests: flaky tests, failures, and the report."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.ci.budget import read_budget
from tools.ci.steps import PIPELINES

ROOT = Path(__file__).resolve().parents[3]
MAKEFILE = """
WORKERS ?= 2
setup check demo fuzz:
	@true
test:
	@{python} -m pytest -q -p no:cacheprovider -n $(WORKERS) --dist loadfile $(or $(ARGS),tests)
kafka-test:
	@{python} -m pytest -q -p no:cacheprovider $(if $(findstring @,$(ARGS)),,tests/kafka) $(filter-out tests/faults,$(ARGS))
"""
PASSES = "def test_passes():\n    assert True\n"
FAILS = "def test_fails():\n    assert 1 == 2, 'broken for good'\n"
FLAKY = """
import os
from pathlib import Path

def test_flaky():
    ran = Path({marker!r})
    if {applies} and not ran.exists():
        ran.touch()
        raise AssertionError('only the first time')
"""
EMBEDDED = "os.environ.get('ALONGSIDE_BROKER') == 'embedded'"
SKIPPED = "import pytest\n\ndef test_skipped():\n    pytest.skip('no such folder here')\n"


@dataclass(frozen=True)
class Copy:
    """A checkout with the real CI and small tests."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        """Write one test file below tests/."""
        file = self.folder / "tests" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def flaky(self, name: str, applies: str = "True") -> None:
        """Write a test that fails once, the first time that `applies` is true."""
        marker = str(self.folder / f"{Path(name).stem}-ran")
        self.write(name, FLAKY.format(marker=marker, applies=applies))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `.ci/run` in the copy, as CI does."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        return subprocess.run(
            ["bash", ".ci/run", *arguments],
            cwd=self.folder,
            env=inherited | {"CI": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy with passing tests in tests/unit, tests/kafka and tests/e2e."""
    (tmp_path / "Makefile").write_text(MAKEFILE.format(python=sys.executable))
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    shutil.copytree(ROOT / "tools" / "ci", tmp_path / "tools" / "ci")
    copied = Copy(tmp_path)
    copied.write("unit/test_good.py", PASSES)
    copied.write("kafka/test_kafka.py", PASSES)
    copied.write("e2e/test_e2e.py", PASSES)
    return copied


def test_a_green_run_ends_with_its_minutes_its_skips_and_its_verdict(copy: Copy) -> None:
    copy.write("unit/test_skips.py", SKIPPED)

    done = copy.run()

    assert done.returncode == 0, done.stdout + done.stderr
    end = done.stdout.split("=== minutes")[1]
    assert "kafka and storm" in end
    assert "no such folder here" in end
    assert "ci: all green" in end
    assert "FLAKY" not in end
    assert not (copy.folder / ".alongside").exists() or not list((copy.folder / ".alongside").iterdir())


def test_a_flaky_test_is_reported_with_its_first_traceback_and_does_not_fail_the_run(copy: Copy) -> None:
    copy.flaky("unit/test_unsteady.py")

    done = copy.run("--only", "tests")

    assert done.returncode == 0, done.stdout + done.stderr
    end = done.stdout.split("=== FLAKY: 1 tests")[1]
    assert "FLAKY tests/unit/test_unsteady.py::test_flaky" in end
    assert "only the first time" in end
    assert "4 passed, 0 failed" in end


def test_a_test_that_fails_twice_fails_the_run(copy: Copy) -> None:
    copy.write("unit/test_broken.py", FAILS)
    copy.flaky("unit/test_unsteady.py")

    done = copy.run("--only", "tests")

    assert done.returncode == 1
    assert "FLAKY tests/unit/test_unsteady.py::test_flaky" in done.stdout
    assert "FLAKY tests/unit/test_broken.py::test_fails" not in done.stdout
    assert "ci: FAILED: tests: make test" in done.stdout
    assert "4 passed, 1 failed" in done.stdout


@pytest.mark.parametrize("folder", ["architecture", "contracts", "kafka", "faults", "e2e/chassis"])
def test_a_test_that_must_not_be_flaky_is_not_retried(copy: Copy, folder: str) -> None:
    copy.flaky(f"{folder}/test_unsteady.py")

    done = copy.run("--only", "tests")

    assert done.returncode == 1
    assert "=== FLAKY" not in done.stdout
    assert "once more" not in done.stdout


def test_more_than_three_flaky_tests_fail_the_run(copy: Copy) -> None:
    for number in range(4):
        copy.flaky(f"unit/test_unsteady_{number}.py")

    done = copy.run("--only", "tests")

    assert done.returncode == 1
    assert "ci: FAILED" in done.stdout


def test_flaky_tests_are_counted_over_all_steps(copy: Copy) -> None:
    for number in range(2):
        copy.flaky(f"unit/test_unsteady_{number}.py")
        copy.flaky(f"e2e/test_unsteady_{number}_embedded.py", applies=EMBEDDED)

    done = copy.run("--only", "tests", "--only", "demonstrations and end-to-end")

    assert done.returncode == 1
    assert "4 tests were flaky, at most 3 may be" in done.stdout


def test_a_file_that_cannot_be_imported_fails_at_once(copy: Copy) -> None:
    copy.write("unit/test_typo.py", "import a_module_nobody_wrote\n")

    done = copy.run("--only", "tests")

    assert done.returncode == 1
    assert "once more" not in done.stdout


def test_a_step_over_its_budget_fails_the_run(copy: Copy) -> None:
    budget = copy.folder / ".ci" / "budget"
    text = budget.read_text()
    budget.write_text(text.replace("checks = 2", "checks = 0").replace("tests = 18", "tests = 20"))

    done = copy.run("--only", "checks")

    assert done.returncode == 1
    assert "ci: FAILED: checks took" in done.stdout
    assert "OVER BUDGET" in done.stdout


def test_a_raised_budget_has_to_be_taken_from_another(copy: Copy) -> None:
    budget = copy.folder / ".ci" / "budget"
    budget.write_text(budget.read_text().replace("tests = 18", "tests = 19"))

    done = copy.run("--only", "checks")

    assert done.returncode == 2
    assert "`whole` is 42: lower another row by the same number of minutes" in done.stderr
    budget.write_text(budget.read_text().replace("checks = 2", "checks = 1"))
    assert read_budget(budget, "run", [step.name for step in PIPELINES["run"]]).whole == 42


def test_a_step_without_a_budget_is_refused(copy: Copy) -> None:
    budget = copy.folder / ".ci" / "budget"
    budget.write_text(budget.read_text().replace("checks = 2", "reserved checks = 2"))

    done = copy.run("--only", "set-up")

    assert done.returncode == 2
    assert "checks: give each step exactly one row" in done.stderr
