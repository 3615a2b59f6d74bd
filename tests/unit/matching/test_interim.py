"""Something to go to while waiting, or why there is nothing."""

from datetime import date

from alongside_matching.domain.interim import Interim, interim_for
from tests.unit.matching.facts import a_group, someone

TODAY = date(2026, 11, 22)


def test_a_group_open_to_all_fills_in_even_for_another_need() -> None:
    community = a_group({"loneliness"}, capacity=None)

    assert interim_for(someone({"veteran"}), [community], TODAY) == Interim(community.id, {})


def test_one_that_shares_a_need_goes_before_one_that_does_not() -> None:
    other, fitting = a_group({"loneliness"}, capacity=None), a_group({"veteran"}, capacity=None)

    assert interim_for(someone({"veteran"}), [other, fitting], TODAY).offer_id == fitting.id


def test_what_fills_in_spares_the_person_their_triggers_too_and_the_refusal_is_counted() -> None:
    community = a_group({"self-harm"}, capacity=None)

    refused = interim_for(someone(avoid_needs=frozenset({"self-harm"})), [community], TODAY)

    assert refused == Interim(None, {"trigger": 1})
