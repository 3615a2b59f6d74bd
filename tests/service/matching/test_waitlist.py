"""Free places go to waiting referrals, at once and in waitlist order."""

from datetime import timedelta

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchProposed
from alongside_contracts.vocabulary import Need, Status, Urgency
from tests.builders import SUNDAY_NOON
from tests.service.matching.bench import (
    a_status,
    accept,
    admit,
    an_offer,
    announced,
    decline,
    last_proposal,
    story,
)

SOON = timedelta(seconds=2)


async def test_a_freed_place_goes_to_a_waiting_referral_at_once(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench)
    first = await admit(matching_bench)
    waiting = await admit(matching_bench)
    await accept(matching_bench, await last_proposal(matching_bench, first))

    await matching_bench.hear(a_status(first, Status.COMPLETED))

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]
    assert (await last_proposal(matching_bench, waiting)).offer_id == supporter


async def test_a_declined_place_goes_to_a_waiting_referral(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    first, waiting = await admit(matching_bench), await admit(matching_bench)

    await decline(matching_bench, await last_proposal(matching_bench, first))

    assert await story(matching_bench, first) == ["MatchProposed", "MatchDeclined", "MatchWaitlisted"]
    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_a_lapsed_place_goes_to_a_waiting_referral(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    await admit(matching_bench)
    waiting = await admit(matching_bench)

    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(hours=48))

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_the_urgent_are_served_before_those_who_waited_longer(matching_bench: ServiceBench) -> None:
    routine = await admit(matching_bench)
    matching_bench.clock.advance(timedelta(hours=1))
    urgent = await admit(matching_bench, urgency=Urgency.URGENT)
    matching_bench.clock.advance(timedelta(hours=1))
    late = await admit(matching_bench)

    await an_offer(matching_bench, capacity=2)

    proposed = [event.referral_id for event in await announced(matching_bench, MatchProposed)]
    assert proposed == [urgent, routine]
    assert await story(matching_bench, late) == ["MatchWaitlisted"]


async def test_a_new_offer_is_proposed_only_to_those_it_fits(matching_bench: ServiceBench) -> None:
    veteran = await admit(matching_bench, needs=(Need.VETERAN,))
    griever = await admit(matching_bench, needs=(Need.GRIEF,))

    await an_offer(matching_bench, needs=["grief"], capacity=5)

    assert await story(matching_bench, veteran) == ["MatchWaitlisted"]
    assert await story(matching_bench, griever) == ["MatchWaitlisted", "MatchProposed"]


async def test_a_resumed_offer_is_proposed_to_a_waiting_referral(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)
    await matching_bench.client.post(f"/offers/{offer}/pause")
    waiting = await admit(matching_bench)

    await matching_bench.client.post(f"/offers/{offer}/resume")

    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_more_places_are_given_to_waiting_referrals(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=0)
    first, second = await admit(matching_bench), await admit(matching_bench)

    await matching_bench.client.patch(f"/offers/{offer}", json={"capacity": 1})

    assert await story(matching_bench, first) == ["MatchWaitlisted", "MatchProposed"]
    assert await story(matching_bench, second) == ["MatchWaitlisted"]


async def test_a_batch_of_offers_is_proposed_to_waiting_referrals_soon_after(
    matching_bench: ServiceBench,
) -> None:
    waiting = [await admit(matching_bench) for _ in range(3)]
    form = {"kind": "supporter", "region": "us-fl-miami", "needs": ["grief"], "source": "test"}

    await matching_bench.client.post(
        "/offers/batch", json={"offers": [form | {"source_id": str(number)} for number in range(2)]}
    )
    await matching_bench.fire_timers(matching_bench.clock.now() + SOON)

    proposed = [event.referral_id for event in await announced(matching_bench, MatchProposed)]
    assert proposed == waiting[:2]


async def test_a_long_waitlist_is_served_page_by_page_to_its_end(matching_bench: ServiceBench) -> None:
    waiting = [await admit(matching_bench) for _ in range(120)]

    await an_offer(matching_bench, kind="group", capacity=200)
    at_once = len(await announced(matching_bench, MatchProposed))
    await matching_bench.fire_timers(matching_bench.clock.now() + SOON)

    proposed = [event.referral_id for event in await announced(matching_bench, MatchProposed)]
    assert at_once == 50
    assert proposed == waiting


async def test_a_place_that_is_given_away_causes_no_further_search(matching_bench: ServiceBench) -> None:
    for _ in range(60):
        await admit(matching_bench)
    await matching_bench.fire_timers(matching_bench.clock.now() + SOON)
    before = await sweeps(matching_bench)

    await an_offer(matching_bench)

    assert len(await announced(matching_bench, MatchProposed)) == 1
    assert await sweeps(matching_bench) == before


async def test_offers_added_one_after_another_cause_one_sweep(
    matching_bench: ServiceBench,
) -> None:
    for _ in range(60):
        await admit(matching_bench)
    await matching_bench.fire_timers(matching_bench.clock.now() + SOON)
    before = await sweeps(matching_bench)

    for _ in range(3):  # none of them fits the referrals that are checked first
        matching_bench.clock.advance(timedelta(milliseconds=10))
        await an_offer(matching_bench, languages=["es"])

    assert len(await sweeps(matching_bench)) == len(before) + 1


async def sweeps(bench: ServiceBench) -> list[str]:
    """Return when the waitlist is swept next."""
    rows = await bench.pool.fetch("select key from timer where kind = 'waitlist-sweep' order by key")
    return [row["key"] for row in rows]


async def test_an_ended_referral_leaves_the_waitlist(matching_bench: ServiceBench) -> None:
    waiting = await admit(matching_bench)
    await matching_bench.hear(a_status(waiting, Status.CANCELLED))

    await an_offer(matching_bench)

    assert await story(matching_bench, waiting) == ["MatchWaitlisted"]


async def test_waitlisted_is_announced_only_once(matching_bench: ServiceBench) -> None:
    waiting = await admit(matching_bench)

    form = {
        "kind": "supporter",
        "region": "us-fl-miami",
        "needs": ["veteran"],
        "source": "test",
        "source_id": "1",
    }
    await matching_bench.client.post("/offers/batch", json={"offers": [form]})
    await matching_bench.fire_timers(matching_bench.clock.now() + SOON)

    assert await story(matching_bench, waiting) == ["MatchWaitlisted"]
