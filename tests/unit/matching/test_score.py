"""The order of offers and its reasons."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from alongside_matching.engine.facts import Offer, Point, Request
from alongside_matching.engine.ranking import Ranking, rank
from alongside_matching.engine.score import FACTORS
from tests.unit.matching.facts import POLICY, TODAY, a_group, a_supporter, half_hours, someone
from tests.unit.matching.regions import pools, requests

DOWNTOWN, BEACH, HOMESTEAD = Point(25.75, -80.2), Point(25.8, -80.15), Point(25.45, -80.5)


def ranked(offers: list[Offer], request: Request) -> Ranking:
    """Rank all eligible offers under the shipped policy."""
    return rank(offers, request, POLICY, TODAY, top=len(offers))


def first(offers: list[Offer], request: Request) -> Offer:
    """Return the best offer."""
    best = ranked(offers, request).candidates[0].offer_id
    return next(offer for offer in offers if offer.id == best)


def test_the_offer_that_shares_more_is_asked_first() -> None:
    closer, further = a_supporter({"grief", "stress"}), a_supporter({"grief"})

    assert first([further, closer], someone({"grief", "stress"})) == closer


def test_a_rare_need_weighs_more_than_a_common_one() -> None:
    common = [a_supporter({"anxiety"}) for _ in range(8)]
    rare = a_supporter({"hearing-voices"})

    assert first([*common, rare], someone({"anxiety", "hearing-voices"})) == rare


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        ({"hopes": frozenset({"crisis-plan"})}, {"hopes": frozenset({"crisis-plan"})}),
        ({"formats": frozenset({"group"})}, {"formats": frozenset({"group"})}),
        ({"modes": frozenset({"phone"})}, {"modes": frozenset({"phone"})}),
        ({"availability": half_hours(0, 36, 4)}, {"availability": half_hours(0, 36, 8)}),
        ({"where": BEACH}, {"near": DOWNTOWN}),
        ({"interests": frozenset({"music"})}, {"interests": frozenset({"music"})}),
        ({"identities": frozenset({"woman"})}, {"identities": frozenset({"woman"})}),
    ],
    ids=lambda given: next(iter(given)),
)
def test_between_equals_what_the_person_asked_for_decides(
    offered: dict[str, Any], asked: dict[str, Any]
) -> None:
    fits, other = a_supporter(**offered), a_supporter()

    assert first([other, fits], someone(**asked)) == fits


def test_between_equals_the_one_with_more_room_is_asked() -> None:
    busy, free = a_supporter(capacity=4, taken=3), a_supporter(capacity=4)

    assert first([busy, free], someone()) == free


def test_the_nearer_of_two_is_asked() -> None:
    near, far = a_supporter(where=BEACH), a_supporter(where=HOMESTEAD)

    assert first([far, near], someone(near=DOWNTOWN)) == near


def test_more_common_time_is_better() -> None:
    evening, weekend = (
        a_supporter(availability=half_hours(0, 36, 2)),
        a_supporter(availability=half_hours(5, 20, 16)),
    )
    free = half_hours(0, 36, 2) | half_hours(5, 20, 16)

    assert first([evening, weekend], someone(availability=free)) == weekend


def test_a_person_who_asks_to_continue_with_a_supporter_does() -> None:
    known, stranger = a_supporter(capacity=4, taken=3), a_supporter(hopes=frozenset({"connection"}))

    request = someone(continue_with=known.id, hopes=frozenset({"connection"}))

    assert first([stranger, known], request) == known


@pytest.mark.parametrize("factor", sorted(set(FACTORS) - {"shared_need", "free_places"}))
def test_a_preference_that_is_not_stated_does_not_count(factor: str) -> None:
    assert factor not in ranked([a_supporter()], someone()).shares


def test_distance_does_not_count_for_a_person_who_only_phones() -> None:
    request = someone(near=DOWNTOWN, modes=frozenset({"phone"}))

    assert "distance" not in ranked([a_supporter()], request).shares


def test_an_explanation_adds_up_to_the_score() -> None:
    ranking = ranked([a_group(formats=frozenset({"group"}))], someone(formats=frozenset({"group"})))

    lines = ranking.explained(ranking.candidates[0])

    assert [line.factor for line in lines] == ["shared_need", "preferred_format", "free_places"]
    assert sum(line.contribution for line in lines) == pytest.approx(ranking.candidates[0].score, abs=1e-6)


@given(pools, requests)
def test_factors_and_scores_lie_between_nothing_and_all(pool: list[Offer], request: Request) -> None:
    for candidate in ranked(pool, request).candidates:
        assert all(0 <= factor <= 1 for factor in candidate.factors)
        assert 0 <= candidate.score <= 1


@given(pools, requests)
def test_the_ranking_does_not_depend_on_the_order_of_the_offers(pool: list[Offer], request: Request) -> None:
    assert ranked(pool[::-1], request) == ranked(pool, request)


@given(pools, requests)
def test_fewer_taken_places_never_make_an_offer_worse(pool: list[Offer], request: Request) -> None:
    busier = {candidate.offer_id: candidate.points for candidate in ranked(pool, request).candidates}

    emptied = [replace(offer, held=0, taken=0) for offer in pool]
    freer = {candidate.offer_id: candidate.points for candidate in ranked(emptied, request).candidates}

    assert all(freer[offer_id] >= points for offer_id, points in busier.items())
