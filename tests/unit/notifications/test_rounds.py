"""One round of sending: what goes where, and how much of it there is room for."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from alongside_notifications.domain.audience import Destination, Kind
from alongside_notifications.domain.retry import NotNow
from alongside_notifications.domain.rounds import (
    KEEPER_OF,
    Due,
    Email,
    Keeper,
    Limits,
    NoRoute,
    Route,
    parcels_of,
    planned,
)

HOSPITAL, CLINIC = Destination(Kind.PARTNER, "hospital"), Destination(Kind.PARTNER, "clinic")
PERSON, OFFER = Destination(Kind.PERSON, "p-1"), Destination(Kind.OFFER, "o-1")
PLENTY = Limits(destinations_max=9, notices_per_destination_max=9)


def waiting(*to: Destination) -> list[Due]:
    """A notice for each of these, oldest first."""
    return [Due(UUID(int=place), each, 0) for place, each in enumerate(to)]


def test_every_kind_of_recipient_has_a_keeper_of_its_routes() -> None:
    assert set(KEEPER_OF) == set(Kind)


def test_what_is_due_is_parted_by_keeper_and_destination_oldest_first() -> None:
    due = waiting(HOSPITAL, OFFER, PERSON, HOSPITAL)

    asked = parcels_of(due, destinations_max=9)

    assert asked == {
        Keeper.INTAKE: {HOSPITAL: [due[0], due[3]], PERSON: [due[2]]},
        Keeper.MATCHING: {OFFER: [due[1]]},
    }


def test_no_keeper_is_asked_for_more_destinations_than_it_may_be() -> None:
    due = waiting(HOSPITAL, CLINIC, PERSON, HOSPITAL)

    assert parcels_of(due, destinations_max=2)[Keeper.INTAKE] == {
        HOSPITAL: [due[0], due[3]],
        CLINIC: [due[1]],
    }


def test_what_has_no_route_is_closed_however_much_of_it_there_is() -> None:
    due = waiting(*[HOSPITAL] * 20)

    todo = planned({HOSPITAL: due}, {HOSPITAL: NoRoute()}, Limits(0, 1))

    assert (todo.unroutable, todo.sent, todo.left) == (due, [], False)


def test_a_destination_without_an_answer_pays_with_one_notice() -> None:
    due, away = waiting(HOSPITAL, HOSPITAL), NotNow("routes-away")

    todo = planned({HOSPITAL: due}, {HOSPITAL: away}, PLENTY)

    assert (todo.unanswered, todo.silent, todo.sent) == (due[:1], {HOSPITAL: away}, [])


def test_who_waits_longest_has_the_first_place() -> None:
    first, second, third = waiting(CLINIC, HOSPITAL, HOSPITAL)
    routes: dict[Destination, Route] = {CLINIC: Email("c@x.test"), HOSPITAL: Email("h@x.test")}

    todo = planned({CLINIC: [first], HOSPITAL: [second, third]}, routes, Limits(1, 9))

    assert (todo.sent, todo.left) == ([first], True)


def test_one_destination_gets_a_few_notices_before_the_others_have_their_turn() -> None:
    due = waiting(HOSPITAL, HOSPITAL, HOSPITAL)

    todo = planned({HOSPITAL: due}, {HOSPITAL: Email("h@x.test")}, Limits(9, 2))

    assert (todo.sent, todo.left) == (due[:2], True)


ROUTES = st.sampled_from([Email("a@x.test"), NoRoute(), NotNow("routes-away")])


@given(
    st.lists(st.sampled_from([HOSPITAL, CLINIC, PERSON]), max_size=20),
    st.lists(ROUTES, min_size=3, max_size=3),
    st.integers(0, 3),
    st.integers(1, 3),
)
def test_nothing_is_dealt_with_twice_and_what_is_left_is_said(
    to: Sequence[Destination], routes: Sequence[Route], places: int, each_max: int
) -> None:
    parcels = parcels_of([Due(uuid4(), each, 0) for each in to], destinations_max=9).get(Keeper.INTAKE, {})
    known = dict(zip([HOSPITAL, CLINIC, PERSON], routes, strict=True))

    todo = planned(parcels, known, Limits(places, each_max))

    dealt_with = [*todo.unroutable, *todo.sent, *todo.unanswered]
    assert len(dealt_with) == len(set(dealt_with))
    untouched = [due for parcel in parcels.values() for due in parcel if due not in dealt_with]
    assert todo.left == any(isinstance(known[due.destination], Email) for due in untouched)
    assert len({due.destination for due in todo.sent}) <= places
