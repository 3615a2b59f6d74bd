"""The whole demonstration on Kafka with log-in: every service and partner has the rights it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from alongside_localstack.demo.demonstration import DemoOptions, DemoResult, demonstrate
from alongside_localstack.infrastructure import temporary_folder
from alongside_localstack.settings import StackSettings

pytestmark = [pytest.mark.apache_kafka, pytest.mark.long, pytest.mark.e2e]

REFERRALS = 10


@pytest.fixture(scope="module")
async def result() -> AsyncIterator[DemoResult]:
    """One demonstration with a separate log-in per service and partner, during which intake is killed."""
    with temporary_folder() as folder:
        settings = StackSettings().model_copy(update={"state": folder, "broker": "kafka", "kafka": None})
        yield await demonstrate(
            settings, DemoOptions(referrals=REFERRALS, kill="intake", secured=True), report_progress=print
        )


def test_every_promise_is_kept(result: DemoResult) -> None:
    summary = result.summary

    assert summary.broken == ()
    assert (summary.lost, summary.duplicated, summary.out_of_order, summary.oversold) == (0, 0, 0, 0)


def test_the_demonstration_has_the_same_results_as_without_log_in(result: DemoResult) -> None:
    summary = result.summary

    assert summary.submitted == REFERRALS + 11
    assert summary.admitted == REFERRALS + 3
    assert summary.closed >= REFERRALS + 1, "all but the two that a later record stopped"
    assert summary.declined >= 1
    assert (summary.escalated, summary.rejected, summary.dead_lettered) == (1, 1, 2)
    assert summary.linked + summary.changed == 4
