"""The steps of `.ci/run` and `.ci/nightly`, in order.

Every command is a target of the Makefile, so that a developer can run any step alone. Each step's budget in minutes is in
`.ci/budget`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

NEVER_RETRIED = (
    "tests/architecture/",
    "tests/contracts/",
    "tests/e2e/chassis/",
    "tests/faults/",
    "tests/kafka/",
)
"""Tests that are never retried: architecture, contracts, storms and the promises on Kafka."""

FLAKY_MAX = 3
"""The number of tests that may pass only at their retry; more of them fail the run."""


@dataclass(frozen=True)
class Command:
    """One target of the Makefile. With `is_pytest`, its failed tests are run once more, alone."""

    target: str
    arguments: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    is_pytest: bool = False


@dataclass(frozen=True)
class Step:
    """Commands that share a budget; the first that fails ends the run."""

    name: str
    commands: tuple[Command, ...]


EMBEDDED: Mapping[str, str] = {"ALONGSIDE_BROKER": "embedded"}

RUN = (
    Step("set-up", (Command("setup"),)),
    Step("checks", (Command("check"),)),
    Step("tests", (Command("test", is_pytest=True),)),
    Step("kafka and storm", (Command("kafka-test", "tests/kafka tests/faults", is_pytest=True),)),
    Step(
        "demonstrations and end-to-end",
        (
            Command("demo"),
            Command("demo", environment=EMBEDDED),
            Command("test", "tests/e2e", EMBEDDED, is_pytest=True),
        ),
    ),
    Step("fuzz", (Command("fuzz"),)),
)

NIGHTLY = (
    Step("set-up", (Command("setup"),)),
    Step("everything on kafka", (Command("kafka-test", is_pytest=True),)),
    Step("storm of 5,000 referrals", (Command("faults", "--seed 11"),)),
    Step("benchmarks", (Command("bench", "--quick"), Command("bench-matching", "--quick"))),
    Step("simulated year", (Command("simulate"),)),
    Step("fuzz in full", (Command("lint-openapi"), Command("fuzz", "--full"))),
)

PIPELINES: Mapping[str, tuple[Step, ...]] = {"run": RUN, "nightly": NIGHTLY}
