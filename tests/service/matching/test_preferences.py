"""Preferences and exclusions of a person; and a successor goes first."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import Need, Status
from alongside_matching.allocation.request_mapping import request_from
from alongside_matching.allocation.store import requests
from alongside_matching.engine.facts import Point
from tests.builders import REGION, SUNDAY_NOON, a_request
from tests.service.matching.bench import (
    a_status,
    a_successor,
    accept,
    admit,
    an_offer,
    announced,
    last_proposal,
    story,
)


async def test_an_offer_to_avoid_is_not_asked(matching_bench: ServiceBench) -> None:
    avoided = await an_offer(matching_bench)

    referral = await admit(matching_bench, offers_avoided=(avoided,))

    assert await story(matching_bench, referral) == ["MatchWaitlisted"]


async def test_every_wish_of_a_person_still_counts_when_a_place_becomes_free(
    matching_bench: ServiceBench,
) -> None:
    """The request was stored as a document; the rules then read the same facts."""
    avoided, wanted = uuid4(), uuid4()
    preferences: dict[str, Any] = {
        "interests": ("music",),
        "availability": ({"weekday": "tu", "starts": "18:00", "ends": "20:00"},),
        "near": {"latitude": 25.7617, "longitude": -80.1918},
        "distance_km_max": 12.5,
        "organisations_avoided": ("riverside-clinic",),
        "offers_avoided": (avoided,),
        "continue_with": wanted,
        "guardian_consent": True,
    }

    referral = await admit(matching_bench, **preferences)
    async with matching_bench.runtime.transaction() as tx:
        (tracked,) = await requests.lock_waiting(tx.conn, REGION, limit=1)

    request = tracked.request
    assert request == replace(
        request_from(referral, a_request(**preferences)), waiting_since=matching_bench.clock.now()
    )
    assert request.near == Point(25.75, -80.2)
    assert request.availability.bit_count() == 4


async def test_a_successor_goes_before_referrals_that_came_after_its_predecessor(
    matching_bench: ServiceBench,
) -> None:
    first = await an_offer(matching_bench)
    early = await admit(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, early))
    matching_bench.clock.advance(timedelta(hours=1))
    later_referral = await admit(matching_bench)
    matching_bench.clock.advance(timedelta(hours=1))
    await matching_bench.hear(a_status(early, Status.FAILED))
    back = uuid4()
    await matching_bench.hear(a_successor(back, early, first))

    second = await an_offer(matching_bench)

    assert (await last_proposal(matching_bench, later_referral)).offer_id == first
    assert (await last_proposal(matching_bench, back)).offer_id == second


async def test_a_successor_keeps_the_waitlist_position_of_its_predecessor(
    matching_bench: ServiceBench,
) -> None:
    early = await admit(matching_bench)
    await matching_bench.hear(a_status(early, Status.FAILED))
    matching_bench.clock.advance(timedelta(hours=1))
    await admit(matching_bench)
    matching_bench.clock.advance(timedelta(hours=1))
    back = uuid4()
    await matching_bench.hear(a_successor(back, early))

    await an_offer(matching_bench)

    assert [event.referral_id for event in await announced(matching_bench, MatchProposed)] == [back]


async def test_the_supporter_a_person_asks_to_continue_with_goes_before_an_equal_one(
    matching_bench: ServiceBench,
) -> None:
    await an_offer(matching_bench, capacity=5)
    earlier_supporter = await an_offer(matching_bench, capacity=5)

    referral = await admit(matching_bench, continue_with=earlier_supporter)

    assert (await last_proposal(matching_bench, referral)).offer_id == earlier_supporter


async def test_a_person_may_continue_with_a_supporter_for_a_new_need(matching_bench: ServiceBench) -> None:
    earlier_supporter = await an_offer(matching_bench, needs=["grief"])

    referral = await admit(matching_bench, needs=(Need.HOUSING,), continue_with=earlier_supporter)

    assert (await last_proposal(matching_bench, referral)).offer_id == earlier_supporter


async def test_a_supporter_to_continue_with_must_pass_every_other_rule(matching_bench: ServiceBench) -> None:
    full = await an_offer(matching_bench, capacity=1)
    await admit(matching_bench)

    referral = await admit(matching_bench, needs=(Need.HOUSING,), continue_with=full)

    (waits,) = await announced(matching_bench, MatchWaitlisted, referral)
    assert waits.excluded_few == ("capacity",)


async def test_an_offer_the_consent_does_not_cover_is_not_asked(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    covered = await an_offer(matching_bench, capacity=1)

    first = await admit(matching_bench, consent_offers=(covered,))
    second = await admit(matching_bench, consent_offers=(covered,))

    assert (await last_proposal(matching_bench, first)).offer_id == covered
    assert await story(matching_bench, second) == ["MatchWaitlisted"]


async def test_a_consent_that_names_no_offer_covers_none_however_often_it_is_read(
    matching_bench: ServiceBench,
) -> None:
    await an_offer(matching_bench)
    referral = await admit(matching_bench, consent_offers=())

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(minutes=5))
    await an_offer(matching_bench)

    assert await story(matching_bench, referral) == ["MatchWaitlisted"]
