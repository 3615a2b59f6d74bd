"""The sample region offers what a small network would, the same for the same seed."""

from collections import Counter
from statistics import mean

import pytest

from alongside_contracts.vocabulary import Need, OfferKind
from alongside_localstack.sample.offers import YOUNG, SampleOffer, offers
from alongside_localstack.sample.places import MIAMI, REGIONS, places
from alongside_matching.catalogue.api.offer_forms import OfferBatch
from tests.unit.sample.network import SEED

BOTH = pytest.mark.parametrize("region", REGIONS)


def of_kind(kind: OfferKind, region: str = MIAMI.id) -> list[SampleOffer]:
    """Pick the offers of one kind."""
    return [offer for offer in offers(region, SEED) if offer.kind is kind]


@BOTH
def test_the_same_seed_offers_the_same(region: str) -> None:
    assert offers(region, SEED) == offers(region, SEED)


def test_another_seed_offers_something_else_under_the_same_ids() -> None:
    one, other = offers(MIAMI.id, 1), offers(MIAMI.id, 2)

    assert one != other
    assert [offer.source_id for offer in one] == [offer.source_id for offer in other]


def test_more_offers_leave_the_first_ones_as_they_are() -> None:
    few = offers(MIAMI.id, SEED, supporters=5, groups=5, services=5)
    many = offers(MIAMI.id, SEED, supporters=50, groups=30, services=40)

    assert set(few) <= set(many)


@BOTH
def test_matching_accepts_the_whole_region_in_one_batch(region: str) -> None:
    batch = OfferBatch.model_validate({"offers": [offer.batch_entry() for offer in offers(region, SEED)]})

    assert Counter(offer.kind.value for offer in batch.offers) == {
        "supporter": 220,
        "group": 40,
        "service": 60,
    }


def test_no_two_offers_of_any_region_share_an_id_an_address_or_a_name() -> None:
    everything = [offer for region in REGIONS for offer in offers(region, SEED)]

    assert len({offer.source_id for offer in everything}) == len(everything)
    assert len({offer.contact_email for offer in everything}) == len(everything)
    for region in REGIONS:
        named = [offer.name for offer in offers(region, SEED) if offer.name]
        assert len(set(named)) == len(named)


def test_supporters_have_no_name_and_no_offer_has_a_real_address() -> None:
    assert all(offer.name is None for offer in of_kind(OfferKind.SUPPORTER))
    assert of_kind(OfferKind.SUPPORTER)[6].label == "peer supporter 7"
    assert all(offer.contact_email.endswith(".example") for offer in offers(MIAMI.id, SEED))
    assert (
        not {"first_name", "last_name", "phone", "birth_date"}
        & offers(MIAMI.id, SEED)[0].batch_entry().keys()
    )


@BOTH
def test_groups_and_services_are_named_after_real_places(region: str) -> None:
    known = {place.name for place in places(region)}

    for offer in offers(region, SEED):
        assert offer.place.name in known
        assert offer.name is None or offer.place.name in offer.name


@BOTH
def test_no_need_and_no_language_of_the_region_is_without_an_offer(region: str) -> None:
    services = of_kind(OfferKind.SERVICE, region)
    supporters = of_kind(OfferKind.SUPPORTER, region)

    assert {need for service in services for need in service.needs} == set(Need)
    assert {tag for supporter in supporters for tag in supporter.languages} == set(
        REGIONS[region].all_languages
    )


@BOTH
def test_what_is_common_among_people_is_common_among_supporters(region: str) -> None:
    lived = Counter(need for offer in of_kind(OfferKind.SUPPORTER, region) for need in offer.needs)

    common = lived[Need.ANXIETY], lived[Need.DEPRESSION], lived[Need.LONELINESS]
    rare = lived[Need.PSYCHOSIS], lived[Need.HEARING_VOICES], lived[Need.EATING]
    assert min(common) > 2 * max(rare)


@BOTH
def test_places_follow_caseload_norms_and_seats(region: str) -> None:
    caseloads = [offer.capacity for offer in of_kind(OfferKind.SUPPORTER, region)]
    seats = [offer.capacity for offer in of_kind(OfferKind.GROUP, region)]
    open_to_all = [offer for offer in of_kind(OfferKind.GROUP, region) if offer.capacity is None]

    assert all(places is not None and 1 <= places <= 12 for places in caseloads)
    assert 3 < mean(places or 0 for places in caseloads) < 6
    assert all(places is None or 6 <= places <= 20 for places in seats)
    assert 0 < len(open_to_all) < 12
    assert all((offer.capacity or 0) >= 20 for offer in of_kind(OfferKind.SERVICE, region))


def test_someone_is_there_for_young_people() -> None:
    young = [offer for offer in offers(MIAMI.id, SEED) if offer.age_bands == YOUNG]

    assert Counter(offer.kind for offer in young).keys() == {OfferKind.SUPPORTER, OfferKind.GROUP}


def test_miami_speaks_spanish_and_creole_and_columbus_somali() -> None:
    miami = Counter(tag for offer in of_kind(OfferKind.SUPPORTER) for tag in offer.languages)
    columbus = Counter(
        tag for offer in of_kind(OfferKind.SUPPORTER, "us-oh-columbus") for tag in offer.languages
    )

    assert miami["es"] > miami["en"] * 0.7
    assert miami.keys() == {"es", "en", "ht"}
    assert columbus["en"] > 5 * columbus["so"] > 0
