"""A unit of work drops its announcements and timers when a savepoint is rolled back."""

from datetime import UTC, datetime, timedelta
from typing import cast

import asyncpg
import pytest

from alongside_chassis.announce import Tx

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def tx() -> Tx:
    """Build a unit of work that needs no database."""
    return Tx(conn=cast("asyncpg.Connection", None), now=NOON, service="intake", shards=1)


def test_first_is_true_once_per_name_in_a_transaction(tx: Tx) -> None:
    assert [tx.first("wait"), tx.first("wait"), tx.first("another")] == [True, False, True]


def test_calls_of_a_rolled_back_savepoint_do_not_count(tx: Tx) -> None:
    tx.first("before")
    savepoint = tx.savepoint()
    tx.first("inside")
    tx.set_timer("timer", "key", NOON + timedelta(days=1))

    tx.rollback_to(savepoint)

    assert tx.first("inside")
    assert not tx.first("before")
    assert tx.timers == []
