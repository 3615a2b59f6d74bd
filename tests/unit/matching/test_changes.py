"""What news about a referral does to its request, and which rules an offer that was asked must still pass."""

from dataclasses import replace
from typing import Any

import pytest

from alongside_contracts.ids import OfferId
from alongside_contracts.intake import SupportRequest
from alongside_contracts.vocabulary import Urgency
from alongside_matching.allocation.request_mapping import amend_request
from alongside_matching.allocation.rules.changes import STOPS, ChangeKind, Effect, effect_of
from alongside_matching.allocation.rules.waiting import RequestState
from alongside_matching.engine.eligibility import excluded_once_asked
from tests.builders import SUNDAY_NOON
from tests.unit.matching.facts import TODAY, a_supporter, an_id, someone

TABLE = {
    "searching": {
        "amended": "match-again",
        "consent-revoked": "close",
        "withdrawn": "close",
        "person-erased": "close",
    },
    "waiting": {
        "amended": "match-again",
        "consent-revoked": "close",
        "withdrawn": "close",
        "person-erased": "close",
    },
    "proposed": {
        "amended": "check-proposal",
        "consent-revoked": "close",
        "withdrawn": "close",
        "person-erased": "close",
    },
    "matched": {"amended": "store", "person-erased": "release"},
    "closed": {},
}


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("kind", ChangeKind)
def test_each_change_has_the_effect_of_the_table(kind: ChangeKind, state: RequestState) -> None:
    assert effect_of(kind, state) == TABLE[state].get(kind, Effect.NOTHING)


def test_whatever_stops_a_referral_closes_it_before_an_offer_has_answered() -> None:
    closing = {kind for kind in ChangeKind if effect_of(kind, RequestState.PROPOSED) is Effect.CLOSE}

    assert closing == STOPS | {ChangeKind.PERSON_ERASED}


def test_an_offer_that_was_asked_is_not_excluded_by_its_own_held_place_or_a_later_pause() -> None:
    asked = a_supporter(capacity=1, held=1, paused=True)

    assert excluded_once_asked(asked, someone(), TODAY) is None


@pytest.mark.parametrize(
    ("amended", "rule"),
    [
        ({"avoid_needs": frozenset({"grief"})}, "trigger"),
        ({"languages": ("fr",)}, "language"),
        ({"consent_offers": frozenset()}, "consent"),
        ({"region": "ie-dublin"}, "region"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_offer_that_was_asked_must_pass_every_other_rule(amended: dict[str, Any], rule: str) -> None:
    assert excluded_once_asked(a_supporter(), replace(someone(), **amended), TODAY) == rule


def test_an_offer_that_the_person_now_avoids_is_excluded() -> None:
    offer = a_supporter()

    assert excluded_once_asked(offer, someone(asked=frozenset({offer.id})), TODAY) == "asked-before"


def test_an_amended_request_keeps_its_waiting_time_its_priority_and_the_offers_asked() -> None:
    asked, avoided = OfferId(an_id(1)), OfferId(an_id(2))
    before = someone(asked=frozenset({asked}), waiting_since=SUNDAY_NOON, priority=1)
    form = SupportRequest(
        region="us-fl-miami", needs=("ptsd",), offers_avoided=(avoided,), urgency=Urgency.URGENT
    )

    after = amend_request(before, form)

    assert (after.needs, after.urgency) == (frozenset({"ptsd"}), "urgent")
    assert after.asked == {asked, avoided}
    assert (after.referral_id, after.waiting_since, after.priority) == (before.referral_id, SUNDAY_NOON, 1)
