"""An admission finds an offer, or a place on the waitlist."""

from datetime import timedelta
from uuid import uuid4

from alongside_chassis.testing import ServiceBench
from alongside_contracts.matching import MatchProposed, MatchWaitlisted
from alongside_contracts.vocabulary import MatchReason, Need, OfferKind, Urgency
from tests.builders import SUNDAY_NOON, a_request, an_admission
from tests.service.matching.bench import (
    a_successor,
    admit,
    an_offer,
    an_open_group,
    announced,
    last_proposal,
    places,
    story,
)


async def test_an_admitted_referral_is_proposed_to_someone_who_walked_the_same_road(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench, needs=["grief"])
    await an_offer(matching_bench, needs=["veteran"])

    referral = await admit(matching_bench, needs=(Need.GRIEF,))

    (proposal,) = await announced(matching_bench, MatchProposed)
    assert (proposal.referral_id, proposal.offer_id, proposal.attempt) == (referral, supporter, 1)
    assert proposal.offer_kind is OfferKind.SUPPORTER
    assert MatchReason.SHARED_NEED in proposal.reasons
    assert proposal.expires_at == SUNDAY_NOON + timedelta(hours=48)


async def test_a_proposal_holds_a_place(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench, capacity=2)

    await admit(matching_bench)

    assert await places(matching_bench, supporter) == (1, 0)


async def test_a_proposal_can_be_read_with_the_factors_that_spoke_for_it(
    matching_bench: ServiceBench,
) -> None:
    supporter = await an_offer(matching_bench)
    referral = await admit(matching_bench)

    answer = await matching_bench.client.get(
        "/proposals", params={"state": "open", "referral_id": str(referral)}
    )

    (proposal,) = answer.json()["items"]
    assert (proposal["offer_id"], proposal["considered"]) == (str(supporter), 1)
    assert proposal["factors"]["shared_need"] == 1.0
    assert (await matching_bench.client.get(f"/proposals/{proposal['id']}")).json() == proposal


async def test_supporters_groups_and_services_are_ranked_together(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench, needs=["grief"])
    circle = await an_offer(matching_bench, kind="group", needs=["grief", "stress"], capacity=9)

    referral = await admit(matching_bench, needs=(Need.GRIEF, Need.STRESS))

    assert (await last_proposal(matching_bench, referral)).offer_id == circle


async def test_two_arrivals_in_one_batch_are_not_promised_the_same_seat(matching_bench: ServiceBench) -> None:
    seat = await an_offer(matching_bench, capacity=1)
    first, second = an_admission(), an_admission()

    await matching_bench.hear(first, second)

    assert await story(matching_bench, first.referral_id) == ["MatchProposed"]
    assert await story(matching_bench, second.referral_id) == ["MatchWaitlisted"]
    assert await places(matching_bench, seat) == (1, 0)


async def test_without_a_free_offer_every_rule_has_its_exclusions(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench, capacity=0)
    for _ in range(5):
        await an_offer(matching_bench, languages=["es"])
    paused = await an_offer(matching_bench)
    await matching_bench.client.post(f"/offers/{paused}/pause")

    await admit(matching_bench)

    (waiting,) = await announced(matching_bench, MatchWaitlisted)
    assert (waiting.excluded, waiting.excluded_few) == ({"language": 5}, ("capacity", "paused"))
    assert (waiting.considered, waiting.interim_offer_id) == (5, None)


async def test_a_waiting_referral_gets_an_open_group_as_interim_offer(matching_bench: ServiceBench) -> None:
    await an_open_group(matching_bench, languages=["es"])
    community = await an_open_group(matching_bench)

    await admit(matching_bench)

    (waiting,) = await announced(matching_bench, MatchWaitlisted)
    assert waiting.interim_offer_id == community


async def test_a_community_is_proposed_to_a_person_who_asked_for_one(matching_bench: ServiceBench) -> None:
    community = await an_open_group(matching_bench)

    referral = await admit(matching_bench, needs=(Need.LONELINESS,), formats=("online-community",))

    assert (await last_proposal(matching_bench, referral)).offer_id == community


async def test_an_urgent_referral_asks_for_a_quicker_answer(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)

    referral = await admit(matching_bench, urgency=Urgency.URGENT)

    assert (await last_proposal(matching_bench, referral)).expires_at == SUNDAY_NOON + timedelta(hours=4)


async def test_the_same_admission_received_again_changes_nothing(matching_bench: ServiceBench) -> None:
    supporter = await an_offer(matching_bench, capacity=5)
    event = an_admission()
    (event_id,) = await matching_bench.hear(event)

    await matching_bench.hear(event, event_id=event_id)
    await matching_bench.hear(event)  # as a new event, which the inbox cannot know

    assert await story(matching_bench, event.referral_id) == ["MatchProposed"]
    assert await places(matching_bench, supporter) == (1, 0)


async def test_a_successor_is_not_proposed_to_the_offer_that_failed_before(
    matching_bench: ServiceBench,
) -> None:
    refused = await an_offer(matching_bench)
    other = await an_offer(matching_bench)
    referral, before = uuid4(), uuid4()

    await matching_bench.hear(a_successor(referral, before, refused))

    assert (await last_proposal(matching_bench, referral)).offer_id == other


async def test_the_right_offer_is_found_behind_hundreds_that_are_full(matching_bench: ServiceBench) -> None:
    full = {
        "kind": "supporter",
        "region": "us-fl-miami",
        "needs": ["grief", "stress"],
        "capacity": 0,
        "source": "test",
    }
    batch = {"offers": [full | {"source_id": str(number)} for number in range(900)]}
    assert (await matching_bench.client.post("/offers/batch", json=batch)).status_code == 200
    free = await an_offer(matching_bench)

    referral = await admit(matching_bench, needs=(Need.GRIEF, Need.STRESS))

    assert (await last_proposal(matching_bench, referral)).offer_id == free


async def test_the_search_continues_when_all_first_candidates_are_excluded(
    matching_bench: ServiceBench,
) -> None:
    wrong_age = {"kind": "supporter", "region": "us-fl-miami", "needs": ["grief", "stress"], "source": "test"}
    batch = {
        "offers": [wrong_age | {"source_id": str(number), "age_bands": ["13-17"]} for number in range(450)]
    }
    assert (await matching_bench.client.post("/offers/batch", json=batch)).status_code == 200
    right = await an_offer(matching_bench)

    event = an_admission(request=a_request(needs=(Need.GRIEF, Need.STRESS), age_band="26-64"))
    await matching_bench.hear(event)

    assert (await last_proposal(matching_bench, event.referral_id)).offer_id == right
