"""Who may be asked: each hard rule, by its name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside_contracts.vocabulary import AgeBand, Format, Mode, Need, OfferKind
from alongside_matching.domain.eligibility import HARD_RULES, excluded_by, may_fill_in, sift
from alongside_matching.domain.facts import Offer, Request
from tests.unit.matching.facts import a_group, a_service, a_supporter, someone


def test_a_supporter_who_walked_the_same_road_may_be_asked() -> None:
    assert excluded_by(a_supporter({"grief"}), someone({"grief", "stress"})) is None


def test_nobody_is_referred_out_of_their_region() -> None:
    assert excluded_by(a_supporter(region="us-oh-columbus"), someone()) == "region"


def test_an_offer_that_shares_no_need_is_out() -> None:
    assert excluded_by(a_supporter({"veteran"}), someone({"grief"})) == "need"


def test_an_offer_without_any_need_is_listed_but_never_asked() -> None:
    assert excluded_by(a_service(set()), someone()) == "need"


def test_two_people_without_a_common_language_are_not_brought_together() -> None:
    assert (
        excluded_by(a_supporter(languages=frozenset({"es"})), someone(languages=("ht", "en"))) == "language"
    )


def test_regional_forms_of_a_language_understand_each_other() -> None:
    assert excluded_by(a_supporter(languages=frozenset({"es-MX"})), someone(languages=("es-419",))) is None


def test_who_declined_once_is_not_asked_again() -> None:
    offer = a_supporter()

    assert excluded_by(offer, someone(asked=frozenset({offer.id}))) == "asked-before"


def test_a_paused_supporter_is_left_in_peace() -> None:
    assert excluded_by(a_supporter(paused=True), someone()) == "paused"


@pytest.mark.parametrize(("held", "taken"), [(2, 0), (0, 2), (1, 1)])
def test_held_and_taken_places_both_count(held: int, taken: int) -> None:
    assert excluded_by(a_supporter(capacity=2, held=held, taken=taken), someone()) == "capacity"


def test_a_supporter_without_any_place_is_full() -> None:
    assert excluded_by(a_supporter(capacity=0), someone()) == "capacity"


def test_a_community_open_to_all_is_not_proposed_to_who_did_not_ask_for_it() -> None:
    community = a_group(capacity=None, formats=frozenset({"online-community"}))

    assert excluded_by(community, someone()) == "open-to-all"


def test_a_community_open_to_all_is_proposed_to_who_asked_for_its_format() -> None:
    community = a_group(capacity=None, formats=frozenset({"online-community"}))

    assert excluded_by(community, someone(formats=frozenset({"online-community"}))) is None


def test_a_person_who_only_phones_is_not_sent_to_who_only_meets_in_person() -> None:
    assert (
        excluded_by(a_supporter(modes=frozenset({"in-person"})), someone(modes=frozenset({"phone"})))
        == "mode"
    )


def test_a_service_that_does_not_say_how_it_meets_may_be_asked() -> None:
    assert excluded_by(a_service(), someone(modes=frozenset({"phone"}))) is None


def test_an_offer_for_another_age_is_out() -> None:
    assert excluded_by(a_service(age_bands=frozenset({"65-plus"})), someone(age_band="18-25")) == "age-band"


def test_a_teenage_group_is_not_for_a_person_of_unknown_age() -> None:
    assert excluded_by(a_group(age_bands=frozenset({"13-17"})), someone()) == "age-band"


@pytest.mark.parametrize("peer", [a_supporter(), a_group()])
def test_a_minor_meets_only_peers_who_say_they_are_there_for_minors(peer: Offer) -> None:
    assert excluded_by(peer, someone(age_band="13-17")) == "minors-wall"


def test_a_minor_meets_a_peer_who_is_there_for_that_age() -> None:
    assert excluded_by(a_supporter(age_bands=frozenset({"13-17"})), someone(age_band="13-17")) is None


def test_a_listed_service_that_names_no_age_is_open_to_minors() -> None:
    assert excluded_by(a_service(), someone(age_band="13-17")) is None


def test_a_companion_whose_story_holds_a_trigger_is_not_asked() -> None:
    assert (
        excluded_by(a_supporter({"grief", "self-harm"}), someone(avoid_needs=frozenset({"self-harm"})))
        == "trigger"
    )


def test_a_service_has_no_story_and_triggers_nobody() -> None:
    assert (
        excluded_by(a_service({"grief", "self-harm"}), someone(avoid_needs=frozenset({"self-harm"}))) is None
    )


def test_every_excluded_offer_is_counted_under_one_rule() -> None:
    offers = [
        a_supporter(),
        a_supporter(paused=True),
        a_supporter(paused=True, capacity=0),
        a_supporter({"veteran"}),
    ]

    sifted = sift(offers, someone())

    assert (len(sifted.eligible), sifted.excluded, sifted.considered) == (1, {"paused": 2, "need": 1}, 4)


def test_a_group_open_to_all_fills_in_even_for_another_need() -> None:
    assert may_fill_in(a_group({"loneliness"}, capacity=None), someone({"veteran"}))


def test_a_group_with_seats_does_not_fill_in() -> None:
    assert not may_fill_in(a_group(), someone())


def test_what_fills_in_spares_the_person_their_triggers_too() -> None:
    community = a_group({"self-harm"}, capacity=None)

    assert not may_fill_in(community, someone(avoid_needs=frozenset({"self-harm"})))


def codes(kind: type[Need | Format | Mode | AgeBand], largest: int = 3) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([code.value for code in kind]), max_size=largest)


languages = st.frozensets(st.sampled_from(["en", "es", "ht", "es-MX"]), min_size=1)
regions = st.sampled_from(["us-fl-miami", "us-oh-columbus"])
offers = st.builds(
    Offer,
    id=st.uuids(),
    kind=st.sampled_from([kind.value for kind in OfferKind]),
    region=regions,
    needs=codes(Need),
    languages=languages,
    formats=codes(Format),
    modes=codes(Mode),
    age_bands=codes(AgeBand),
    capacity=st.none() | st.integers(0, 4),
    held=st.integers(0, 2),
    taken=st.integers(0, 2),
    paused=st.booleans(),
)
requests = st.builds(
    Request,
    referral_id=st.uuids(),
    region=regions,
    needs=codes(Need, 5),
    languages=languages.map(tuple),
    formats=codes(Format),
    modes=codes(Mode),
    age_band=st.none() | st.sampled_from([band.value for band in AgeBand]),
    avoid_needs=codes(Need),
)


@given(st.lists(offers, max_size=8), st.lists(offers, max_size=8), requests)
def test_other_offers_never_change_whether_an_offer_may_be_asked(
    some: list[Offer], others: list[Offer], request: Request
) -> None:
    alone = sift(some, request).eligible

    together = sift([*others, *some], request).eligible

    assert together[len(together) - len(alone) :] == alone


@given(offers, requests, st.integers(1, 5))
def test_more_places_never_shut_an_offer_out(offer: Offer, request: Request, more: int) -> None:
    if offer.capacity is None or excluded_by(offer, request) is not None:
        return

    assert excluded_by(replace(offer, capacity=offer.capacity + more), request) is None


@given(offers, requests)
def test_a_rule_names_itself_the_same_way_every_time(offer: Offer, request: Request) -> None:
    names = {rule(offer, request) for rule in HARD_RULES} - {None}

    assert all(name and name == name.lower() for name in names)
    assert (excluded_by(offer, request) is None) == (not names)
