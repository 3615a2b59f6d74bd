"""`python -m tools.fuzz [--seed N] [--full] [service…]`: sends generated requests to each service and checks every answer.

Each failure is reported with its operation and a curl command. The same seed generates the same requests.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alongside_contracts.services import SERVICES
from alongside_localstack.postgres.cluster import postgres_server
from tests.conftest import SERVICE_TOKEN
from tests.fuzz.known import KNOWN
from tests.fuzz.serving import served

ROOT: Final = Path(__file__).resolve().parents[1]
CONFIGURATION: Final = ROOT / "tests" / "fuzz" / "schemathesis.toml"
SEED: Final = 12


@dataclass(frozen=True)
class Amount:
    """How many requests are generated: examples per operation in each phase."""

    phases: str
    examples_max: int


SMALL: Final = Amount("examples,coverage,fuzzing", examples_max=3)
FULL: Final = Amount("examples,coverage,fuzzing,stateful", examples_max=100)


def main(arguments: Sequence[str]) -> int:
    """Fuzz the services and return 0, or 1 when an answer of one of them was wrong."""
    options = _parser().parse_args(arguments)
    amount = FULL if options.full else SMALL
    failed = []
    with postgres_server() as postgres:
        for name in options.services or SERVICES:
            with served(name, postgres, KNOWN[name]) as address:
                print(f"fuzz: {name}, seed {options.seed}", flush=True)
                if _schemathesis(address, options.seed, amount):
                    failed.append(name)
    again = f'make fuzz ARGS="--seed {options.seed}{" --full" if options.full else ""} {" ".join(failed)}"'
    print(
        f"fuzz: FAILED: {', '.join(failed)}; again: {again}"
        if failed
        else "fuzz: all answers are as declared"
    )
    return int(bool(failed))


def _schemathesis(address: str, seed: int, amount: Amount) -> int:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION), "run"),
        f"{address}/openapi.json",
        *("--phases", amount.phases, "--max-examples", str(amount.examples_max), "--seed", str(seed)),
        *("--output-sanitize", "false"),
    ]
    with tempfile.TemporaryDirectory(prefix="alongside-fuzz-") as folder:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "SERVICE_TOKEN": SERVICE_TOKEN}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument(
        "services", nargs="*", choices=[*SERVICES, []], help="the services to fuzz; all without one"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--full", action="store_true", help="many more requests, and sequences of them")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
