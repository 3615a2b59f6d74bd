"""The on-call ladder: who is paged about a crisis, and who next."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from alongside_notifications.domain import ladder
from alongside_notifications.domain.ladder import Escalation, Ladders

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
LADDERS: Ladders = {"us-fl-miami": ("ana", "ben", "cyd"), "*": ("on-call",)}


def a_crisis(region: str = "us-fl-miami", *, acknowledge_by: datetime = NOON + QUARTER) -> Escalation:
    """Return a crisis raised at noon."""
    return ladder.start_escalation(
        cause="event-1",
        submission_id=UUID(int=1),
        region=region,
        ladders=LADDERS,
        now=NOON,
        acknowledge_by=acknowledge_by,
    )


def next_of(escalation: Escalation) -> Escalation:
    """Return the same crisis after nobody acknowledged it in time."""
    return ladder.advance_escalation(
        escalation, ladders=LADDERS, now=escalation.acknowledge_by, time_to_acknowledge=QUARTER
    )


def test_the_first_on_the_regions_ladder_is_paged_first() -> None:
    assert a_crisis().coordinator == "ana"


def test_a_region_without_a_ladder_of_its_own_is_served_by_the_common_one() -> None:
    assert a_crisis("us-ny-albany").coordinator == "on-call"


def test_the_first_has_as_long_as_the_event_says_and_never_less_than_nothing() -> None:
    assert a_crisis(acknowledge_by=NOON + QUARTER).acknowledge_by == NOON + QUARTER
    assert a_crisis(acknowledge_by=NOON - QUARTER).acknowledge_by == NOON


def test_the_next_is_paged_within_an_hour_though_the_clock_of_the_announcing_service_was_ahead() -> None:
    assert a_crisis(acknowledge_by=NOON + 12 * QUARTER).acknowledge_by == NOON + 4 * QUARTER


def test_without_acknowledgement_the_next_is_paged_and_after_the_last_the_first_again() -> None:
    crisis, paged = a_crisis(), []
    for _ in range(4):
        paged.append(crisis.coordinator)
        crisis = next_of(crisis)

    assert paged == ["ana", "ben", "cyd", "ana"]
    assert crisis.acknowledge_by == NOON + 5 * QUARTER


def test_every_page_is_a_notice_of_its_own_even_to_somebody_paged_before() -> None:
    crisis, pages = a_crisis(), []
    for _ in range(4):
        pages.append(crisis.page_cause)
        crisis = next_of(crisis)

    assert pages == ["event-1", "event-1/1", "event-1/2", "event-1/3"]
