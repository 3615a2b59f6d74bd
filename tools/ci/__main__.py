"""`python3 -m tools.ci run|nightly`, called by `.ci/run` and `.ci/nightly`. Standard library only.

The set-up is one of the steps, so no package of `.venv` may be imported here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tools.ci.budget import BudgetError, read_budget
from tools.ci.pipeline import Pipeline
from tools.ci.steps import PIPELINES

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run one pipeline; return 0 when everything passed within its budget."""
    parser = argparse.ArgumentParser(
        prog="ci", description="Run a pipeline of CI from the repository's root."
    )
    parser.add_argument("pipeline", choices=sorted(PIPELINES))
    parser.add_argument(
        "--only", action="append", metavar="STEP", help="run this step alone; may be repeated"
    )
    chosen = parser.parse_args()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    steps = PIPELINES[chosen.pipeline]
    try:
        budget = read_budget(ROOT / ".ci" / "budget", chosen.pipeline, [step.name for step in steps])
    except BudgetError as error:
        print(f"ci: {error}", file=sys.stderr)
        return 2
    describe_machine()
    selected = tuple(step for step in steps if not chosen.only or step.name in chosen.only)
    return Pipeline(selected, budget, ROOT / ".alongside" / f"ci-{os.getpid()}").run()


def describe_machine() -> None:
    """Print the versions of Python and Java, so that a fallback to the embedded broker is visible."""
    print(f"python: {sys.version.split()[0]}")
    if shutil.which("java"):
        version = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)  # noqa: S607
        print(f"java:   {version.stderr.splitlines()[0] if version.stderr else 'unknown'}")
    else:
        print("java:   NONE: Apache Kafka cannot run, the embedded broker is used instead")
    if not shutil.which("mvn"):
        print("mvn:    none; it is not needed where the Kafka jars are cached")


if __name__ == "__main__":
    sys.exit(main())
