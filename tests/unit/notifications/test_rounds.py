"""One round of sending: routes of the due notices, and how many are sent."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from alongside_notifications.domain.audience import Destination, RecipientKind
from alongside_notifications.domain.retry import TemporaryFailure
from alongside_notifications.domain.rounds import (
    PROVIDER_OF,
    ContactProvider,
    Due,
    EmailAddress,
    NoRoute,
    RoundLimits,
    Route,
    group_by_provider,
    plan_round,
)

HOSPITAL, CLINIC = (
    Destination(RecipientKind.PARTNER, "hospital"),
    Destination(RecipientKind.PARTNER, "clinic"),
)
PERSON, OFFER = Destination(RecipientKind.PERSON, "p-1"), Destination(RecipientKind.OFFER, "o-1")
PLENTY = RoundLimits(destinations_max=9, notices_per_destination_max=9)


def waiting(*to: Destination) -> list[Due]:
    """Return a due notice for each of these, oldest first."""
    return [Due(UUID(int=place), each, 0) for place, each in enumerate(to)]


def test_every_recipient_kind_has_a_contact_provider() -> None:
    assert set(PROVIDER_OF) == set(RecipientKind)


def test_due_notices_are_grouped_by_provider_and_destination_oldest_first() -> None:
    due = waiting(HOSPITAL, OFFER, PERSON, HOSPITAL)

    asked = group_by_provider(due, destinations_max=9)

    assert asked == {
        ContactProvider.INTAKE: {HOSPITAL: [due[0], due[3]], PERSON: [due[2]]},
        ContactProvider.MATCHING: {OFFER: [due[1]]},
    }


def test_no_provider_is_asked_for_more_destinations_than_the_limit() -> None:
    due = waiting(HOSPITAL, CLINIC, PERSON, HOSPITAL)

    assert group_by_provider(due, destinations_max=2)[ContactProvider.INTAKE] == {
        HOSPITAL: [due[0], due[3]],
        CLINIC: [due[1]],
    }


def test_what_has_no_route_is_closed_however_much_of_it_there_is() -> None:
    due = waiting(*[HOSPITAL] * 20)

    plan = plan_round({HOSPITAL: due}, {HOSPITAL: NoRoute()}, RoundLimits(0, 1))

    assert (plan.unroutable, plan.to_send, plan.has_more) == (due, [], False)


def test_a_destination_without_an_answer_pays_with_one_notice() -> None:
    due, away = waiting(HOSPITAL, HOSPITAL), TemporaryFailure("routes-away")

    plan = plan_round({HOSPITAL: due}, {HOSPITAL: away}, PLENTY)

    assert (plan.to_fail, plan.failures, plan.to_send) == (due[:1], {HOSPITAL: away}, [])


def test_the_destination_that_waits_longest_gets_the_first_slot() -> None:
    first, second, third = waiting(CLINIC, HOSPITAL, HOSPITAL)
    routes: dict[Destination, Route] = {CLINIC: EmailAddress("c@x.test"), HOSPITAL: EmailAddress("h@x.test")}

    plan = plan_round({CLINIC: [first], HOSPITAL: [second, third]}, routes, RoundLimits(1, 9))

    assert (plan.to_send, plan.has_more) == ([first], True)


def test_one_destination_gets_a_few_notices_before_the_others_are_served() -> None:
    due = waiting(HOSPITAL, HOSPITAL, HOSPITAL)

    plan = plan_round({HOSPITAL: due}, {HOSPITAL: EmailAddress("h@x.test")}, RoundLimits(9, 2))

    assert (plan.to_send, plan.has_more) == (due[:2], True)


ROUTES = st.sampled_from([EmailAddress("a@x.test"), NoRoute(), TemporaryFailure("routes-away")])


@given(
    st.lists(st.sampled_from([HOSPITAL, CLINIC, PERSON]), max_size=20),
    st.lists(ROUTES, min_size=3, max_size=3),
    st.integers(0, 3),
    st.integers(1, 3),
)
def test_no_notice_is_planned_twice_and_the_plan_says_whether_more_are_due(
    to: Sequence[Destination], routes: Sequence[Route], places: int, each_max: int
) -> None:
    by_destination = group_by_provider([Due(uuid4(), each, 0) for each in to], destinations_max=9).get(
        ContactProvider.INTAKE, {}
    )
    known = dict(zip([HOSPITAL, CLINIC, PERSON], routes, strict=True))

    plan = plan_round(by_destination, known, RoundLimits(places, each_max))

    dealt_with = [*plan.unroutable, *plan.to_send, *plan.to_fail]
    assert len(dealt_with) == len(set(dealt_with))
    untouched = [due for group in by_destination.values() for due in group if due not in dealt_with]
    assert plan.has_more == any(isinstance(known[due.destination], EmailAddress) for due in untouched)
    assert len({due.destination for due in plan.to_send}) <= places
