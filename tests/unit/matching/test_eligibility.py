"""Each hard rule excludes offers under its name."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from alongside_matching.engine.eligibility import HARD_RULES, excluded_by, sift
from alongside_matching.engine.facts import Offer, Point, Request
from tests.unit.matching.facts import TODAY, a_group, a_service, a_supporter, half_hours, someone
from tests.unit.matching.regions import offers, points, requests

YESTERDAY = TODAY - timedelta(days=1)
DOWNTOWN, HOMESTEAD = Point(25.75, -80.2), Point(25.45, -80.5)
IN_PERSON = frozenset({"in-person"})


def excluding_rule(offer: Offer, request: Request) -> str | None:
    """Return the rule that excludes an offer for a request today."""
    return excluded_by(offer, request, TODAY)


def test_a_supporter_who_walked_the_same_road_may_be_asked() -> None:
    assert excluding_rule(a_supporter({"grief"}), someone({"grief", "stress"})) is None


def test_nobody_is_referred_out_of_their_region() -> None:
    assert excluding_rule(a_supporter(region="us-oh-columbus"), someone()) == "region"


def test_an_offer_that_shares_no_need_is_excluded() -> None:
    assert excluding_rule(a_supporter({"veteran"}), someone({"grief"})) == "need"


def test_an_offer_without_any_need_is_listed_but_never_asked() -> None:
    assert excluding_rule(a_service(set()), someone()) == "need"


def test_two_people_without_a_common_language_are_not_brought_together() -> None:
    assert (
        excluding_rule(a_supporter(languages=frozenset({"es"})), someone(languages=("ht", "en")))
        == "language"
    )


def test_regional_forms_of_a_language_count_as_the_same_language() -> None:
    assert excluding_rule(a_supporter(languages=frozenset({"es-MX"})), someone(languages=("es-419",))) is None


def test_an_offer_that_declined_is_not_asked_again() -> None:
    offer = a_supporter()

    assert excluding_rule(offer, someone(asked=frozenset({offer.id}))) == "asked-before"


def test_a_paused_supporter_is_not_asked() -> None:
    assert excluding_rule(a_supporter(paused=True), someone()) == "paused"


@pytest.mark.parametrize(("held", "taken"), [(2, 0), (0, 2), (1, 1)])
def test_held_and_taken_places_both_count(held: int, taken: int) -> None:
    assert excluding_rule(a_supporter(capacity=2, held=held, taken=taken), someone()) == "capacity"


def test_a_supporter_without_any_place_is_full() -> None:
    assert excluding_rule(a_supporter(capacity=0), someone()) == "capacity"


def test_a_community_open_to_all_is_not_proposed_without_a_request_for_its_format() -> None:
    community = a_group(capacity=None, formats=frozenset({"online-community"}))

    assert excluding_rule(community, someone()) == "open-to-all"


def test_a_community_open_to_all_is_proposed_for_a_request_for_its_format() -> None:
    community = a_group(capacity=None, formats=frozenset({"online-community"}))

    assert excluding_rule(community, someone(formats=frozenset({"online-community"}))) is None


def test_a_person_who_only_phones_is_not_sent_to_a_supporter_who_only_meets_in_person() -> None:
    assert (
        excluding_rule(a_supporter(modes=frozenset({"in-person"})), someone(modes=frozenset({"phone"})))
        == "mode"
    )


def test_a_service_that_does_not_say_how_it_meets_may_be_asked() -> None:
    assert excluding_rule(a_service(), someone(modes=frozenset({"phone"}))) is None


def test_an_offer_for_another_age_is_excluded() -> None:
    assert (
        excluding_rule(a_service(age_bands=frozenset({"65-plus"})), someone(age_band="18-25")) == "age-band"
    )


def test_a_teenage_group_is_not_for_a_person_of_unknown_age() -> None:
    assert excluding_rule(a_group(age_bands=frozenset({"13-17"})), someone()) == "age-band"


@pytest.mark.parametrize("peer", [a_supporter(), a_group()])
def test_a_minor_meets_only_peers_who_name_that_age(peer: Offer) -> None:
    assert excluding_rule(peer, someone(age_band="13-17")) == "minors-wall"


def test_a_minor_meets_a_peer_who_serves_that_age() -> None:
    teenager = someone(age_band="13-17", guardian_consent=True)

    assert excluding_rule(a_supporter(age_bands=frozenset({"13-17"})), teenager) is None


def test_a_minor_meets_nobody_alone_without_a_guardians_consent() -> None:
    assert (
        excluding_rule(a_supporter(age_bands=frozenset({"13-17"})), someone(age_band="13-17"))
        == "minors-wall"
    )


def test_a_minor_may_join_a_group_of_their_age_without_a_guardians_consent() -> None:
    assert excluding_rule(a_group(age_bands=frozenset({"13-17"})), someone(age_band="13-17")) is None


def test_a_listed_service_that_names_no_age_is_open_to_minors() -> None:
    assert excluding_rule(a_service(), someone(age_band="13-17")) is None


def test_a_peer_with_a_need_to_avoid_is_not_asked() -> None:
    assert (
        excluding_rule(a_supporter({"grief", "self-harm"}), someone(avoid_needs=frozenset({"self-harm"})))
        == "trigger"
    )


def test_the_trigger_rule_excludes_no_service() -> None:
    assert (
        excluding_rule(a_service({"grief", "self-harm"}), someone(avoid_needs=frozenset({"self-harm"})))
        is None
    )


def test_consent_for_named_offers_covers_only_those() -> None:
    named, other = a_supporter(), a_supporter()
    request = someone(consent_offers=frozenset({named.id}))

    assert (excluding_rule(named, request), excluding_rule(other, request)) == (None, "consent")


def test_nobody_is_sent_to_a_colleague() -> None:
    colleague = a_supporter(organisations=frozenset({"city-hospital"}))

    assert (
        excluding_rule(colleague, someone(organisations_avoided=frozenset({"city-hospital"})))
        == "organisation"
    )


def test_a_certificate_is_good_on_its_last_day_and_not_after() -> None:
    certified = a_supporter(certification_required=True, certified_until=TODAY)
    expired = replace(certified, certified_until=YESTERDAY)

    assert (excluding_rule(certified, someone()), excluding_rule(expired, someone())) == (
        None,
        "certification",
    )


def test_where_a_certificate_is_required_having_none_is_not_enough() -> None:
    assert excluding_rule(a_supporter(certification_required=True), someone()) == "certification"


def test_an_expired_certificate_does_not_matter_where_none_is_required() -> None:
    assert excluding_rule(a_supporter(certified_until=YESTERDAY), someone()) is None


def test_a_certificate_without_the_required_endorsement_is_not_enough() -> None:
    forensic = a_supporter(required_endorsement="forensic", endorsements=frozenset({"forensic", "youth"}))
    other = replace(forensic, endorsements=frozenset({"youth"}))

    assert (excluding_rule(forensic, someone()), excluding_rule(other, someone())) == (None, "endorsement")


@pytest.mark.parametrize("until", [None, YESTERDAY])
def test_where_a_background_check_is_required_it_is_in_date(until: Any) -> None:
    assert (
        excluding_rule(a_supporter(check_required=True, checked_until=until), someone()) == "background-check"
    )


def test_a_background_check_is_good_on_its_last_day() -> None:
    assert excluding_rule(a_supporter(check_required=True, checked_until=TODAY), someone()) is None


@pytest.mark.parametrize("code", ["veteran", "65-plus"])
def test_a_restricted_service_is_only_for_the_people_it_names(code: str) -> None:
    service = a_service({"grief", "housing"}, eligibility=frozenset({"veteran", "65-plus"}))
    belongs = someone({"grief", "veteran"}) if code == "veteran" else someone(age_band="65-plus")

    assert (excluding_rule(service, belongs), excluding_rule(service, someone())) == (None, "restriction")


@pytest.mark.parametrize(
    ("says", "kept_out"),
    [(set(), "only-for"), ({"man"}, "only-for"), ({"woman"}, None), ({"woman", "veteran"}, None)],
    ids=["says nothing", "is another", "is one of them", "is that and more"],
)
def test_a_reserved_offer_is_for_people_who_say_they_are_one_of_them(
    says: set[str], kept_out: str | None
) -> None:
    for_women = a_group(only_for=frozenset({"woman"}))

    assert excluding_rule(for_women, someone(identifies_as=frozenset(says))) == kept_out


def test_requested_identities_are_not_those_of_the_person() -> None:
    for_women = a_group(only_for=frozenset({"woman"}))

    assert excluding_rule(for_women, someone(identities=frozenset({"woman"}))) == "only-for"


def test_an_offer_met_only_in_person_is_within_reach() -> None:
    far_away = a_supporter(modes=IN_PERSON, where=HOMESTEAD, reach_km=20.0)

    assert excluding_rule(far_away, someone(near=DOWNTOWN)) == "reach"


def test_an_offer_beyond_the_distance_of_the_person_is_excluded() -> None:
    far_away = a_supporter(modes=IN_PERSON, where=HOMESTEAD)

    assert excluding_rule(far_away, someone(near=DOWNTOWN, distance_km_max=40.0)) == "reach"
    assert excluding_rule(far_away, someone(near=DOWNTOWN, distance_km_max=50.0)) is None


def test_no_distance_is_too_far_for_a_telephone() -> None:
    far_away = a_supporter(modes=IN_PERSON | {"phone"}, where=HOMESTEAD, reach_km=5.0)

    assert excluding_rule(far_away, someone(near=DOWNTOWN)) is None


def test_two_people_without_a_common_hour_are_not_brought_together() -> None:
    mornings, evenings = half_hours(0, 16, 4), half_hours(0, 38, 4)

    assert excluding_rule(a_supporter(availability=mornings), someone(availability=evenings)) == "schedule"
    assert excluding_rule(a_supporter(availability=mornings), someone(availability=mornings)) is None


def test_an_offer_without_hours_is_not_excluded_by_schedule() -> None:
    assert excluding_rule(a_supporter(), someone(availability=half_hours(0, 16, 4))) is None


def test_every_excluded_offer_is_counted_under_one_rule() -> None:
    offers = [
        a_supporter(),
        a_supporter(paused=True),
        a_supporter(paused=True, capacity=0),
        a_supporter({"veteran"}),
    ]

    sifted = sift(offers, someone(), TODAY)

    assert (len(sifted.eligible), sifted.excluded, sifted.considered) == (1, {"paused": 2, "need": 1}, 4)


@given(strategies.lists(offers, max_size=8), strategies.lists(offers, max_size=8), requests)
def test_other_offers_never_change_whether_an_offer_may_be_asked(
    some: list[Offer], others: list[Offer], request: Request
) -> None:
    alone = sift(some, request, TODAY).eligible

    together = sift([*others, *some], request, TODAY).eligible

    assert together[len(together) - len(alone) :] == alone


@given(offers, requests, strategies.integers(1, 5))
def test_more_places_never_exclude_an_offer(offer: Offer, request: Request, more: int) -> None:
    if offer.capacity is None or excluding_rule(offer, request) is not None:
        return

    assert excluding_rule(replace(offer, capacity=offer.capacity + more), request) is None


RELAXED: dict[str, Any] = {
    "modes": frozenset(),
    "avoid_needs": frozenset(),
    "asked": frozenset(),
    "hopes": frozenset(),
    "interests": frozenset(),
    "identities": frozenset(),
    "organisations_avoided": frozenset(),
    "availability": 0,
    "distance_km_max": None,
    "consent_offers": None,
}


@pytest.mark.parametrize("preference", RELAXED)
@given(offer=offers, request=requests)
def test_giving_up_a_wish_excludes_no_offer(preference: str, offer: Offer, request: Request) -> None:
    if excluding_rule(offer, request) is not None:
        return

    assert excluding_rule(offer, replace(request, **{preference: RELAXED[preference]})) is None


MORE: dict[str, Any] = {
    "languages": ("en", "es", "ht"),
    "formats": frozenset({"group"}),
    "modes": frozenset({"phone", "video"}),
    "identifies_as": frozenset({"woman", "lgbtq"}),
    "availability": half_hours(2, 0, 48),
}


@pytest.mark.parametrize("preference", MORE)
@given(offer=offers, request=requests)
def test_a_wider_preference_excludes_no_offer(preference: str, offer: Offer, request: Request) -> None:
    before, more = getattr(request, preference), MORE[preference]
    if excluding_rule(offer, request) is not None or not before:
        return

    wider: dict[str, Any] = {preference: (*before, *more) if isinstance(more, tuple) else before | more}

    assert excluding_rule(offer, replace(request, **wider)) is None


@given(offers, requests, points)
def test_accepting_the_phone_as_well_excludes_no_offer_for_distance(
    offer: Offer, request: Request, home: Point
) -> None:
    asked = replace(request, near=home, modes=frozenset({"in-person"}))
    if excluding_rule(offer, asked) is not None:
        return

    assert excluding_rule(offer, replace(asked, modes=frozenset({"in-person", "phone"}))) is None


@given(offers, requests)
def test_a_excluding_rule_returns_its_name(offer: Offer, request: Request) -> None:
    names = {rule(offer, request, TODAY) for rule in HARD_RULES} - {None}

    assert all(name and name == name.lower() for name in names)
    assert (excluding_rule(offer, request) is None) == (not names)
