"""A comparison counts PostgreSQL with the services, and its last line and exit code give the verdict."""

import json
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from alongside_lab.bench import report
from alongside_lab.bench.against.checkout_comparison import summary_of
from alongside_lab.bench.against.checkout_runner import POSTGRES
from alongside_lab.bench.against.workloads import CheckoutRun, Workload
from alongside_lab.bench.command import app
from alongside_lab.bench.plan import Part
from alongside_lab.bench.usage import Usage

TERMINATED = """
import asyncio
from alongside_lab.interrupts import interrupt_at_sigterm

async def work():
    try:
        print("begun", flush=True)
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        print("cleaned up", flush=True)

interrupt_at_sigterm()
asyncio.run(work())
"""


def run(services: float, postgres: float) -> CheckoutRun:
    """A run of 1,000 records."""
    return CheckoutRun(Usage({"referrals": services, POSTGRES: postgres}), 1_000)


def hop() -> Workload:
    async def work(*_: object) -> CheckoutRun:
        return run(1, 1)

    return Workload(Part.HOP, "record", ("referrals",), ("hop",), work)


def test_work_moved_into_postgresql_is_no_gain() -> None:
    found = summary_of([(run(0.2, 0.05), run(0.15, 0.1))] * 20, hop(), seed=7)

    assert found["ratio"] == 1.0
    assert found["services_alone"]["ratio"] == pytest.approx(1.3333)
    assert found["not_below_0_97"] == "yes"


def test_the_cost_of_each_checkout_is_per_record_and_by_component() -> None:
    found = summary_of([(run(0.2, 0.05), run(0.3, 0.05)), (run(0.1, 0.05), run(0.3, 0.05))], hop(), seed=7)

    assert found["cpu_us_per_record"] == {
        "old": {"referrals": 150, "postgresql": 50, "total": 200},
        "new": {"referrals": 300, "postgresql": 50, "total": 350},
    }


def test_the_report_shows_the_verdict_with_its_interval() -> None:
    part = summary_of([(run(0.2, 0.05), run(0.3, 0.05))] * 20, hop(), seed=7)

    lines = list(
        report.format_summary(
            json.loads(json.dumps({"against": {"revision": "HEAD", "old": "1a2b", "hop": part}}))
        )
    )

    assert lines[0] == "hop: not below 0.97: no (20 runs of each)"
    assert "0.714 (0.714 to 0.714)" in lines[1]


def test_an_unknown_revision_ends_as_not_measured_with_the_reason() -> None:
    ended = CliRunner().invoke(app, ["--against", "no-such-revision", "--json"])

    assert ended.exit_code == 2
    assert "'no-such-revision' is not a commit" in ended.output


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALONGSIDE_KAFKA", "127.0.0.1:1"), ("ALONGSIDE_POSTGRES", "postgresql://postgres:pw@127.0.0.1:1")],
)
def test_external_servers_are_not_used(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)

    ended = CliRunner().invoke(app, ["--against", "HEAD"])

    assert ended.exit_code == 2
    assert f"unset {name}" in ended.output


@pytest.mark.parametrize("option", [["--only", "growth"], ["--grow-to", "100"], ["--py-spy"]])
def test_a_comparison_refuses_what_it_does_not_measure(option: list[str]) -> None:
    ended = CliRunner().invoke(app, ["--against", "HEAD", *option])

    assert ended.exit_code == 2
    assert "--against" in ended.output
    assert "measures hop, whole and loop" in ended.output


def test_loops_are_only_compared() -> None:
    ended = CliRunner().invoke(app, ["--only", "loop"])

    assert ended.exit_code == 2
    assert "--against" in ended.output


def test_a_run_that_is_terminated_cleans_up_also_as_a_background_job() -> None:
    ignoring = ["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, TERMINATED]

    with subprocess.Popen(ignoring, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as ended:
        assert ended.stdout is not None
        assert ended.stdout.readline() == "begun\n"
        ended.send_signal(signal.SIGTERM)
        try:
            printed, _ = ended.communicate(timeout=30)
        finally:
            ended.kill()

    assert printed == "cleaned up\n"
    assert ended.returncode != 0
