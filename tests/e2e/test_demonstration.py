"""The whole network with a killed process: every referral arrives once, in order, and can be traced."""

from collections.abc import AsyncIterator

import pytest

from alongside_contracts.vocabulary import Answer
from alongside_localstack.demo.demonstration import DemoOptions, DemoResult, demonstrate
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

    assert summary.submitted == REFERRALS + 4
    assert (summary.admitted, summary.closed, summary.matched) == (REFERRALS, REFERRALS, REFERRALS)
    assert summary.declined >= 1
    assert (summary.escalated, summary.linked, summary.rejected, summary.dead_lettered) == (1, 1, 1, 1)


def test_one_trace_leads_from_the_partners_record_through_all_four_services(result: DemoResult) -> None:
    """Spans that matching had not exported when it was killed are lost; the others must be complete."""
    required_edges = {("intake", "matching"), ("matching", "referrals"), ("referrals", "notifications")}

    assert len(result.edges) >= REFERRALS // 2
    for referral_id, edges in result.edges.items():
        assert required_edges <= edges, f"{referral_id} has only {sorted(edges)}"
        assert any(parent.startswith("partner.") and child == "intake" for parent, child in edges)


def test_the_malformed_record_becomes_a_dead_letter_and_its_sender_gets_a_refusal(result: DemoResult) -> None:
    (dead_letter,) = result.observations.dead_letters
    (record,) = [record for record in result.observations.sent_records if record.expected == Answer.REFUSED]

    assert (dead_letter["service"], dead_letter["reason"]) == ("intake", "malformed")
    assert (dead_letter["partition"], dead_letter["offset"]) == (
        record.position.partition,
        record.position.offset,
    )
