"""`python -m alongside_lab.rehearsal PART`: prints one JSON object on the last line, and progress on stderr."""

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

from alongside_lab.rehearsal import speed
from alongside_lab.rehearsal.simulated_year import simulate_year
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES


def main() -> None:
    """Run the requested part and print its JSON object."""
    arguments = _parse_arguments()
    policy = read_policies(arguments.policy).everywhere
    print(json.dumps(_run(arguments, policy)))


def _run(arguments: argparse.Namespace, policy: Any) -> dict[str, Any]:
    few = 10 if arguments.quick else 1
    searches = 2_000 // few
    report_progress = partial(print, f"{arguments.part}:", file=sys.stderr, flush=True)
    every_part: dict[str, Any] = {"seed": arguments.seed, "report_progress": report_progress}
    match arguments.part:
        case "one":
            return speed.measure_one(policy, searches=searches, postgres=arguments.postgres, **every_part)
        case "million":
            return speed.measure_million(
                policy, searches=searches, regions=50, of=20_000 // few, **every_part
            )
        case "assignment":
            exact_arrivals = 300 // (3 if arguments.quick else 1)
            return speed.measure_assignment(
                policy, arrivals=1_000, exact_arrivals=exact_arrivals, **every_part
            )
        case _:
            return simulate_year(policy, days=arguments.days, **every_part)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="alongside_lab.rehearsal", description=__doc__)
    parser.add_argument("part", choices=["one", "million", "assignment", "year"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--quick", action="store_true", help="a tenth of the searches")
    parser.add_argument("--postgres", help="URL of an empty database, for the comparison with an SQL query")
    parser.add_argument("--policy", type=Path, default=SHIPPED_POLICIES)
    return parser.parse_args()


if __name__ == "__main__":
    main()
