"""The whole network with a killed process: every referral arrives once, in order, and can be traced."""

import sys
from collections.abc import AsyncIterator

import pytest
from rich.console import Console

from alongside_contracts.services import SERVICES
from alongside_contracts.vocabulary import Answer
from alongside_localstack.demo.demonstration import DemoOptions, DemoResult, demonstrate
from alongside_localstack.demo.show import print_summary
from alongside_localstack.demo.stack_memory import MEMORY_GIB_MAX, SUPERVISOR
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.settings import StackSettings

REFERRALS = 8


@pytest.fixture(scope="module")
async def result() -> AsyncIterator[DemoResult]:
    """One demonstration during which matching is killed with SIGKILL."""
    with temporary_folder() as folder:
        settings = StackSettings().model_copy(update={"state": folder})
        yield await demonstrate(
            settings, DemoOptions(referrals=REFERRALS, kill="matching"), report_progress=print
        )


def test_every_promise_is_kept_though_a_service_was_killed(result: DemoResult) -> None:
    summary = result.summary

    assert summary.broken == ()
    assert (summary.lost, summary.duplicated, summary.out_of_order, summary.oversold) == (0, 0, 0, 0)


def test_every_record_is_answered_as_the_script_expects(result: DemoResult) -> None:
    summary = result.summary

    assert summary.submitted == REFERRALS + 11
    assert summary.admitted == REFERRALS + 3
    assert summary.closed >= REFERRALS + 1, "all but the two that a later record stopped"
    assert summary.declined >= 1
    assert (summary.escalated, summary.rejected, summary.dead_lettered) == (1, 1, 2)
    assert summary.linked + summary.changed == 4
    assert summary.changed >= 1


def test_one_trace_leads_from_the_partners_record_through_all_four_services(result: DemoResult) -> None:
    """Spans that matching had not exported when it was killed are lost; the others must be complete."""
    required_edges = {("intake", "matching"), ("matching", "referrals"), ("referrals", "notifications")}

    assert len(result.edges) >= REFERRALS // 2
    for referral_id, edges in result.edges.items():
        assert required_edges <= edges, f"{referral_id} has only {sorted(edges)}"
        assert any(parent.startswith("partner.") and child == "intake" for parent, child in edges)


def test_the_malformed_record_becomes_a_dead_letter_and_its_sender_gets_a_refusal(result: DemoResult) -> None:
    letters = result.observations.dead_letters
    refused = [record for record in result.observations.sent_records if record.expected == (Answer.REFUSED,)]

    assert {(letter["service"], letter["reason"]) for letter in letters} == {("intake", "malformed")}
    assert {(letter["topic"], letter["partition"], letter["offset"]) for letter in letters} == {
        (f"partner.{record.partner}.referrals.v1", record.position.partition, record.position.offset)
        for record in refused
    }


def test_the_danger_in_the_broken_record_is_paged(result: DemoResult) -> None:
    assert len(result.observations.crises) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports how processes share memory")
def test_the_summary_shows_that_the_whole_stack_fits_the_memory_limit(result: DemoResult) -> None:
    console = Console(record=True, width=120)

    print_summary(console, result.summary, seconds=result.seconds, broker=result.broker, memory=result.memory)

    assert result.memory is not None
    assert set(result.memory.bytes_by_part) == {*SERVICES, SUPERVISOR, "mail", "traces"} | started_servers()
    assert 0.2 < result.memory.gib <= MEMORY_GIB_MAX
    assert (
        f"memory: {result.memory.gib:.2f} GiB, within the limit of {MEMORY_GIB_MAX} GiB: "
        in console.export_text()
    )


def started_servers() -> set[str]:
    """Return the broker and PostgreSQL, unless the settings name one that runs elsewhere."""
    settings = StackSettings()
    addresses = {"kafka": settings.kafka, "postgres": settings.postgres}
    return {name for name, address in addresses.items() if address is None}
