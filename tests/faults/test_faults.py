"""A small run of the fault suite: a few referrals, one of every fault, on Apache Kafka, without findings; and one that is ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alongside_lab.faults.directory.packages import PublishedService, plan_imports
from alongside_lab.faults.run import RunOptions, run_faults
from alongside_lab.faults.storm import make_storm
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.kafka.java import find_java
from alongside_localstack.settings import StackSettings

REFERRALS = 25
SEED = 11
STORM_SECONDS = 40.0
NAMED = (
    "submitted", "lost", "duplicated", "out_of_order", "oversold", "notified_twice", "notified_in_vain",
    "dead_letters", "poison", "outbox_left", "kills", "seed", "seconds", "brokers", "users", "held_up",
    "imports", "imports_restarted", "services_listed", "wrong_directory",
)  # fmt: skip


@pytest.fixture(autouse=True)
def java() -> None:
    """Skip without Java: crashes are tested on Apache Kafka only."""
    if find_java(StackSettings().java_home) is None:
        pytest.skip("needs Apache Kafka: no Java was found")


def services_at_the_end() -> dict[str, tuple[PublishedService, ...]]:
    """Return the services of each publisher's last package."""
    plan = plan_imports(SEED, make_storm(SEED, STORM_SECONDS))
    return {planned.package.source: planned.package.services for planned in plan}


@pytest.mark.e2e
@pytest.mark.long
@pytest.mark.apache_kafka
async def test_every_promise_is_kept_through_one_of_every_fault() -> None:
    with temporary_folder() as folder:
        settings = StackSettings().model_copy(update={"state": folder})
        result = await run_faults(
            settings, RunOptions(referrals=REFERRALS, seed=SEED, storm_seconds=STORM_SECONDS), print
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
    assert written["imports"] >= 3
    assert written["services_listed"] == sum(map(len, services_at_the_end().values()))


@pytest.mark.e2e
@pytest.mark.long
@pytest.mark.apache_kafka
def test_a_run_that_is_terminated_leaves_no_process_and_no_mount_behind() -> None:
    command = [
        str(Path(sys.executable).with_name("alongside")),
        "faults",
        "--quick",
        "--brokers",
        "1",
        "--no-users",
    ]
    with temporary_folder() as folder:
        environment = os.environ | {"ALONGSIDE_STATE": str(folder)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            assert any("are loaded" in line for line in run.stdout), "the storm never began"
            was_mounted = str(folder) in Path("/proc/mounts").read_text()
            run.send_signal(signal.SIGTERM)
            try:
                run.communicate(timeout=60)
            finally:
                run.kill()

        assert was_mounted or os.geteuid() != 0
        assert run.returncode != 0
        assert str(folder) not in Path("/proc/mounts").read_text()
        assert processes_of(folder) == []


def processes_of(folder: Path) -> list[str]:
    """Return the command lines that name this folder."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it has ended
        lines += [line] if str(folder) in line else []
    return lines
