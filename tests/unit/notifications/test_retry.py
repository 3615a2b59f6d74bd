"""The decision after one attempt to send."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_contracts.vocabulary import NoticeFailure
from alongside_notifications.domain.retry import (
    Accepted,
    Attempt,
    Decision,
    Delivered,
    GivenUp,
    Refused,
    RetryLater,
    RetryPolicy,
    TemporaryFailure,
    decide,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RETRY_POLICY = RetryPolicy(attempts_max=5, pause_seconds_first=10, pause_seconds_max=60)


def after(attempt: Attempt, *, attempts: int = 1, jitter: float = 0.0) -> Decision:
    """Return the decision after that many attempts."""
    return decide(attempt, attempts=attempts, retry_policy=RETRY_POLICY, now=NOON, jitter=jitter)


def test_what_the_relay_took_is_delivered() -> None:
    assert after(Accepted()) == Delivered()


def test_what_the_recipient_refused_for_good_is_given_up_at_once() -> None:
    assert after(Refused()) == GivenUp(NoticeFailure.REFUSED_BY_RECIPIENT)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 60)])
def test_the_pause_doubles_up_to_its_limit(attempts: int, seconds: int) -> None:
    decision = after(TemporaryFailure("relay-away"), attempts=attempts)

    assert decision == RetryLater(
        at=NOON + timedelta(seconds=seconds), pause_until=NOON + timedelta(seconds=10), trouble="relay-away"
    )


def test_the_last_attempt_ends_it() -> None:
    assert after(TemporaryFailure("timed-out"), attempts=5) == GivenUp(NoticeFailure.ATTEMPTS_EXHAUSTED)
    assert after(TemporaryFailure("timed-out"), attempts=6) == GivenUp(NoticeFailure.ATTEMPTS_EXHAUSTED)


@given(attempts=st.integers(0, 10_000), jitter=st.floats(0, 1))
def test_no_pause_is_shorter_than_half_the_first_or_longer_than_the_limit(
    attempts: int, jitter: float
) -> None:
    pause = RETRY_POLICY.pause_seconds(attempts, jitter=jitter)

    assert 5 <= pause <= 60


def test_by_default_a_notice_outlives_two_days_without_a_relay() -> None:
    retry_policy = RetryPolicy()

    waited = sum(
        retry_policy.pause_seconds(attempts, jitter=0) for attempts in range(1, retry_policy.attempts_max)
    )
    assert timedelta(seconds=waited) >= timedelta(days=2)
