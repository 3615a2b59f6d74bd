"""A protected need is added as data alone: in a copy of the contracts, with no line of code touched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import alongside_contracts

ADDED = {
    "code": "gambling",
    "description": "Gambling that does harm.",
    "since": "0.1.0",
    "protected": "substance-use",
    "broader": None,
    "labels": {
        "en": {"staff": "Gambling", "person": "Gambling"},
        "es": {"staff": "Juego", "person": "Juego de azar"},
    },
}
PROGRAM = """
import json, sys
from datetime import UTC, datetime
from alongside_contracts.codes import installed
from alongside_contracts.intake import Submission
from alongside_intake.domain.decide import decide
from alongside_intake.domain.facts import PriorRecords
from alongside_intake.policy_file import read_policies
from alongside_intake.settings import SHIPPED_POLICIES
from alongside_intake.submissions.record import facts_of

submission = Submission.model_validate_json(sys.argv[1])
policies = read_policies(SHIPPED_POLICIES, installed())
decision = decide(facts_of(submission), policies, PriorRecords(), datetime(2026, 11, 29, tzinfo=UTC))
problems = [(problem.code, problem.where) for problem in getattr(decision, "problems", ())]
print(json.dumps([decision.state, problems]))
"""


def test_intake_asks_for_the_consent_category_of_a_need_that_was_added_as_data(tmp_path: Path) -> None:
    copied_contracts(tmp_path)

    without = decided(tmp_path, categories=["needs", "contact"])
    consented = decided(tmp_path, categories=["needs", "contact", "substance-use"])

    assert without == ["held", [["consent-missing", "consent.categories"]]]
    assert consented == ["admitted", []]


def copied_contracts(folder: Path) -> None:
    """Copy the contracts into a folder and add the need to the copy's list."""
    source = Path(alongside_contracts.__file__).parent
    shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    needs = folder / source.name / "codes" / "lists" / "needs.json"
    content = json.loads(needs.read_text(encoding="utf-8"))
    content["codes"].append(ADDED)
    needs.write_text(json.dumps(content), encoding="utf-8")


def decided(folder: Path, *, categories: list[str]) -> list[object]:
    """Let intake's rules decide a partner's submission with the copied contracts: decision and problems."""
    submission = {
        "region": "us-fl-miami",
        "reference": "r-1",
        "person_reference": "p-1",
        "setting": "hospital",
        "needs": ["gambling"],
        "consent": {"decision": "given", "categories": categories, "signed_at": "2026-11-01T10:00:00Z"},
    }
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(submission)],
        env=os.environ | {"PYTHONPATH": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    result: list[object] = json.loads(finished.stdout)
    return result
