"""Who is asked first."""

import random

from alongside_matching.domain.choose import Choice, NobodyFree, choose
from alongside_matching.domain.facts import Offer, Request
from tests.unit.matching.facts import TODAY, WEIGHTS, a_group, a_supporter, an_id, someone


def chosen(offers: list[Offer], request: Request) -> Choice:
    """The choice; fails when nobody may be asked."""
    decision = choose(offers, request, WEIGHTS, TODAY)
    assert isinstance(decision, Choice)
    return decision


def test_who_shares_more_is_asked_first() -> None:
    closer, further = a_supporter({"grief", "stress"}), a_supporter({"grief"})

    assert chosen([further, closer], someone({"grief", "stress"})).offer == closer


def test_a_rare_need_weighs_more_than_a_common_one() -> None:
    common = [a_supporter({"anxiety"}) for _ in range(8)]
    rare = a_supporter({"hearing-voices"})

    assert chosen([*common, rare], someone({"anxiety", "hearing-voices"})).offer == rare


def test_between_equals_the_one_with_more_room_is_asked() -> None:
    busy, free = a_supporter(capacity=4, taken=3), a_supporter(capacity=4)

    assert chosen([busy, free], someone()).offer == free


def test_a_preferred_format_decides_between_equals() -> None:
    circle, pair = a_group(formats=frozenset({"group"})), a_supporter(formats=frozenset({"one-to-one"}))

    assert chosen([pair, circle], someone(formats=frozenset({"group"}))).offer == circle


def test_complete_equals_are_asked_in_the_order_they_came() -> None:
    offers = [a_supporter(id=an_id(number)) for number in range(1, 6)]
    random.Random(7).shuffle(offers)

    assert chosen(offers, someone()).offer.id == an_id(1)


def test_the_reasons_say_what_fits_and_not_what_the_supporter_lived_through() -> None:
    offer = a_supporter({"opioids"}, modes=frozenset({"phone"}), capacity=4, taken=3)

    choice = chosen([offer], someone({"opioids"}, modes=frozenset({"phone", "text"})))

    assert choice.reasons == ("shared-need", "shared-language", "preferred-mode")


def test_the_score_is_made_of_factors_between_nothing_and_all() -> None:
    choice = chosen([a_supporter(), a_supporter({"grief", "ptsd"})], someone({"grief", "ptsd"}))

    assert all(0 <= factor <= 1 for factor in choice.factors.values())
    assert 0 <= choice.score <= 1


def test_when_nobody_is_free_every_rule_says_how_many_it_kept_out() -> None:
    decision = choose([a_supporter(paused=True), a_supporter(capacity=0)], someone(), WEIGHTS, TODAY)

    assert decision == NobodyFree({"paused": 1, "capacity": 1}, considered=2)
