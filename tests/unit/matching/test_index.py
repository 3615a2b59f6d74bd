"""The index gives for a whole region the same as the rules and the score offer by offer."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, strategies

from alongside_matching.engine.eligibility import HARD_RULES
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.index import RegionIndex
from alongside_matching.engine.index.region import ImpossibleOfferError
from alongside_matching.engine.index.rules import ROW_RULES, SET_RULES
from alongside_matching.engine.ranking import rank
from tests.unit.matching.facts import POLICY, TODAY, a_service, a_supporter, an_id, someone
from tests.unit.matching.regions import offers, pools, requests

REGION = "us-fl-miami"


def an_index(pool: list[Offer]) -> RegionIndex:
    """Return the index of those offers that belong to the sample region."""
    index = RegionIndex(REGION)
    for offer in pool:
        index.put(offer)
    return index


@strategies.composite
def regions(draw: strategies.DrawFn) -> list[Offer]:
    return [replace(offer, region=REGION) for offer in draw(pools)]


@given(regions(), requests, strategies.integers(1, 12))
def test_the_index_ranks_excludes_and_explains_as_the_readable_rules_do(
    pool: list[Offer], request: Request, top: int
) -> None:
    found = an_index(pool).search(request, POLICY, on=TODAY, top=top)

    assert found == rank(pool, request, POLICY, TODAY, top=top)


@given(regions(), regions(), requests, strategies.data())
def test_after_any_changes_the_index_equals_one_of_the_present_offers(
    before: list[Offer], after: list[Offer], request: Request, data: strategies.DataObject
) -> None:
    index = an_index(before)
    gone = data.draw(
        strategies.sets(strategies.sampled_from(before)) if before else strategies.just(set()), label="gone"
    )

    for offer in gone:
        index.remove(offer.id)
    for offer in after:
        index.put(offer)

    now = {offer.id: offer for offer in before if offer not in gone} | {offer.id: offer for offer in after}
    assert index.offers(now) == now
    assert len(index) == len(now)
    assert index.search(request, POLICY, on=TODAY) == rank(
        list(now.values()), request, POLICY, TODAY, top=POLICY.ranked_max
    )


@given(offers, strategies.integers(0, 3), strategies.integers(0, 3), requests)
def test_an_occupancy_change_is_read_back_with_the_offer(
    offer: Offer, held: int, taken: int, request: Request
) -> None:
    offer = replace(offer, region=REGION)
    index = an_index([offer])

    index.occupancy(offer.id, held=held, taken=taken)

    now = replace(offer, held=held, taken=taken)
    assert index.offers([offer.id]) == {offer.id: now}
    assert index.search(request, POLICY, on=TODAY) == rank(
        [now], request, POLICY, TODAY, top=POLICY.ranked_max
    )


def test_the_index_applies_the_same_rules_in_the_same_order() -> None:
    assert [*SET_RULES, *ROW_RULES] == [rule.__name__.replace("_", "-") for rule in HARD_RULES]


def test_a_region_without_offers_excludes_none_and_names_none() -> None:
    found = RegionIndex(REGION).search(someone(), POLICY, on=TODAY)

    assert (found.candidates, found.considered, dict(found.excluded)) == ((), 0, {})


def test_an_unknown_need_is_shared_by_no_offer() -> None:
    found = an_index([a_supporter(), a_service()]).search(someone({"unheard-of"}), POLICY, on=TODAY)

    assert (found.candidates, dict(found.excluded)) == ((), {"need": 2})


def test_without_a_fitting_offer_every_rule_has_its_exclusions() -> None:
    pool = [
        a_supporter(languages=frozenset({"ht"})),
        a_supporter(capacity=0),
        a_supporter(capacity=1, taken=1),
    ]

    found = an_index(pool).search(someone(), POLICY, on=TODAY)

    assert dict(found.excluded) == {"language": 1, "capacity": 2}


def test_the_index_grows_with_the_region() -> None:
    pool = [a_supporter(id=an_id(number), capacity=number) for number in range(1, 1_200)]

    found = an_index(pool).search(someone(), POLICY, on=TODAY, top=3)

    assert (found.eligible, found.candidates) == (
        1_199,
        rank(pool, someone(), POLICY, TODAY, top=3).candidates,
    )


def test_offers_with_equal_scores_are_named_in_the_order_of_their_ids() -> None:
    pool = [a_supporter(id=an_id(number)) for number in range(700, 0, -1)]

    found = an_index(pool).search(someone(), POLICY, on=TODAY, top=3)

    assert [candidate.offer_id for candidate in found.candidates] == [an_id(1), an_id(2), an_id(3)]


def test_a_renewed_certificate_counts_at_once_and_each_day_is_checked_separately() -> None:
    lapsed = a_supporter(certification_required=True, certified_until=TODAY - timedelta(days=1))
    index = an_index([lapsed])
    before = index.search(someone(), POLICY, on=TODAY)

    index.put(replace(lapsed, certified_until=TODAY))

    assert before.eligible == 0
    assert index.search(someone(), POLICY, on=TODAY).eligible == 1
    assert index.search(someone(), POLICY, on=TODAY + timedelta(days=1)).eligible == 0
    assert index.search(someone(), POLICY, on=TODAY).eligible == 1


def test_removing_an_offer_twice_is_harmless() -> None:
    offer = a_supporter()
    index = an_index([offer])

    index.remove(offer.id)
    index.remove(offer.id)

    assert offer.id not in index
    assert len(index) == 0


def test_places_of_an_unknown_offer_are_ignored() -> None:
    index = an_index([a_supporter()])

    index.occupancy(UUID(int=99), held=1, taken=0)

    assert len(index) == 1


@pytest.mark.parametrize(
    "impossible",
    [{"capacity": -1}, {"held": -1}, {"taken": -2}, {"kind": "priest"}, {"availability": 1 << 336},
     {"availability": -1}, {"reach_km": -1.0}, {"region": "us-oh-columbus"}],
    ids=str,
)  # fmt: skip
def test_an_impossible_offer_is_refused_and_changes_nothing(impossible: dict[str, object]) -> None:
    offer = a_supporter()
    index = an_index([offer])

    with pytest.raises(ImpossibleOfferError):
        index.put(replace(offer, **impossible))  # type: ignore[arg-type]  # that is what is tested

    assert index.offers([offer.id]) == {offer.id: offer}


def test_negative_places_are_refused() -> None:
    offer = a_supporter()
    index = an_index([offer])

    with pytest.raises(ImpossibleOfferError):
        index.occupancy(offer.id, held=-1, taken=0)
