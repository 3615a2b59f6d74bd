"""A small run of the fault suite: a few referrals, one of every fault, on Apache Kafka, without findings."""

from __future__ import annotations

import json

import pytest

from alongside_lab.faults.run import RunOptions, run_faults
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.kafka.java import find_java
from alongside_localstack.settings import StackSettings

REFERRALS = 25
STORM_SECONDS = 40.0
NAMED = (
    "submitted", "lost", "duplicated", "out_of_order", "oversold", "notified_twice", "notified_in_vain",
    "dead_letters", "poison", "outbox_left", "kills", "seed", "seconds", "brokers", "users", "held_up",
)  # fmt: skip


@pytest.fixture(autouse=True)
def java() -> None:
    """Skip without Java: crashes are tested on Apache Kafka only."""
    if find_java(StackSettings().java_home) is None:
        pytest.skip("needs Apache Kafka: no Java was found")


@pytest.mark.e2e
@pytest.mark.long
@pytest.mark.apache_kafka
async def test_every_promise_is_kept_through_one_of_every_fault() -> None:
    with temporary_folder() as folder:
        settings = StackSettings().model_copy(update={"state": folder})
        result = await run_faults(
            settings, RunOptions(referrals=REFERRALS, seed=11, storm_seconds=STORM_SECONDS), print
        )
        written = json.loads((result.folder / "summary.json").read_text())

    assert result.findings == ()
    assert written == dict(result.numbers)
    assert set(NAMED) <= written.keys()
    assert (written["referrals"], written["dead_letters"], written["outbox_left"]) == (
        REFERRALS,
        written["poison"],
        0,
    )
    assert written["kills"] > 8
    assert written["pauses"] >= 1
