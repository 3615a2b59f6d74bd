"""Every decision can be explained to staff and to the person, replayed, and compared with another policy."""

import json
import threading
import zlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.vocabulary import Need
from alongside_matching.allocation.decision_purge import purge_once
from alongside_matching.allocation.store import decisions
from alongside_matching.allocation.store.decisions import PackedDecision, StoredDecision
from alongside_matching.engine.decisions.decision import NAMED_MAX
from alongside_matching.settings import SHIPPED_POLICIES
from tests.service.matching.bench import (
    admit,
    an_offer,
    an_open_group,
    decline,
    last_proposal,
)


async def decisions_of(bench: ServiceBench, referral: UUID) -> list[dict[str, Any]]:
    """Return the decisions about a referral, newest first."""
    answer = await bench.client.get("/decisions", params={"referral_id": str(referral)})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_decision_has_the_ranking_the_reasons_and_the_exclusions_per_rule(
    matching_bench: ServiceBench,
) -> None:
    second = await an_offer(matching_bench, needs=["grief"])
    first = await an_offer(matching_bench, needs=["grief", "stress"])
    await an_offer(matching_bench, languages=["es"])

    referral = await admit(matching_bench, needs=(Need.GRIEF, Need.STRESS))

    (decision,) = await decisions_of(matching_bench, referral)
    proposal = await last_proposal(matching_bench, referral)
    assert decision["chosen"] == str(first) == str(proposal.offer_id)
    assert decision["proposal_id"] == str(proposal.proposal_id)
    assert [candidate["offer_id"] for candidate in decision["ranking"]] == [str(first), str(second)]
    assert (decision["considered"], decision["excluded"]) == (3, {"language": 1})
    assert "shared-need" in decision["reasons"]
    best = decision["ranking"][0]
    assert sum(factor["contribution"] for factor in best["factors"]) == pytest.approx(best["score"], abs=1e-6)


async def test_a_waiting_referral_has_reasons_and_an_interim_offer(matching_bench: ServiceBench) -> None:
    community = await an_open_group(matching_bench)
    await an_offer(matching_bench, capacity=0)

    (decision,) = await decisions_of(matching_bench, await admit(matching_bench))

    assert (decision["chosen"], decision["ranking"], decision["proposal_id"]) == (None, [], None)
    assert decision["excluded"] == {"capacity": 1, "need": 1}
    assert decision["meanwhile"] == {"offer_id": str(community), "excluded": {}}


async def test_that_no_interim_offer_is_open_is_on_record_with_the_rule(
    matching_bench: ServiceBench,
) -> None:
    await an_open_group(matching_bench, languages=["es"])

    (decision,) = await decisions_of(matching_bench, await admit(matching_bench))

    assert decision["meanwhile"] == {"offer_id": None, "excluded": {"language": 1}}


async def test_the_person_reads_plain_sentences_without_facts_about_the_supporter(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench, needs=["grief", "veteran"])
    referral = await admit(matching_bench, needs=(Need.GRIEF,))

    answer = await matching_bench.client.get(f"/decisions/plain/{referral}")

    assert answer.json()["codes"] == ["offered", "same-language", "you-may-decline"]
    assert not any(word in answer.text for word in ("grief", "veteran", str(offer), "score"))


async def test_every_decision_about_a_referral_is_reproduced_to_the_last_bit(
    matching_bench: ServiceBench,
) -> None:
    for _ in range(3):
        await an_offer(matching_bench, capacity=3, languages=["en", "es"], modes=["phone", "video"])
    wishes = {
        "modes": ("phone",),
        "near": {"latitude": 25.7617, "longitude": -80.1918},
        "availability": ({"weekday": "tu", "starts": "18:00", "ends": "20:00"},),
        "offers_avoided": (uuid4(),),
    }
    referral = await admit(matching_bench, **wishes)
    for _ in range(3):
        await decline(matching_bench, await last_proposal(matching_bench, referral))
    await an_offer(matching_bench)

    found = await decisions_of(matching_bench, referral)
    outcomes = [
        (await matching_bench.client.get(f"/decisions/{decision['id']}/replay")).json()["outcome"]
        for decision in found
    ]

    assert [decision["chosen"] is None for decision in found] == [False, True, False, False, False]
    assert outcomes == ["reproduced"] * 5


async def test_a_decision_without_its_policy_is_reported_as_unrepeatable(
    matching_bench: ServiceBench,
) -> None:
    (decision,) = await decisions_of(matching_bench, await admit(matching_bench))
    await matching_bench.pool.execute("delete from policy")

    answer = (await matching_bench.client.get(f"/decisions/{decision['id']}/replay")).json()

    assert answer["outcome"] == "unrepeatable"
    assert decision["policy_version"] in answer["why"]


async def test_a_replay_detects_a_decision_that_was_tampered_with(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench)
    (decision,) = await decisions_of(matching_bench, await admit(matching_bench))
    await tamper(matching_bench, lambda document: document["ranked"][0].update(points=1))

    answer = (await matching_bench.client.get(f"/decisions/{decision['id']}/replay")).json()

    assert answer["outcome"] == "different"


async def test_another_policy_is_tried_on_past_referrals_and_changes_nothing(
    matching_bench: ServiceBench,
) -> None:
    """One offer shares the need, the other the format; a policy with opposite weights changes the choice."""
    needed = await an_offer(matching_bench, needs=["grief", "stress"], formats=["group"], capacity=5)
    formed = await an_offer(matching_bench, needs=["grief"], formats=["one-to-one"], capacity=5)
    wishes = {"needs": (Need.GRIEF, Need.STRESS), "formats": ("one-to-one",)}
    referral = await admit(matching_bench, **wishes)
    policies = json.loads(SHIPPED_POLICIES.read_text())
    weights = policies["everywhere"]["weights"]
    weights |= dict.fromkeys(weights, 0) | {"preferred_format": 1, "free_places": 0.01}

    answer = await matching_bench.client.post("/decisions/try", json={"policies": policies})

    trial = answer.json()
    assert (trial["tried"], trial["moved"]) == (1, 1)
    assert trial["examples"] == [
        {"referral_id": str(referral), "now": str(needed), "then": str(formed)},
    ]
    assert (trial["present"]["served"], trial["proposed"]["served"]) == (1, 1)
    assert len(await decisions_of(matching_bench, referral)) == 1


async def test_a_trial_lists_what_it_cannot_see(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench, capacity=NAMED_MAX)
    await admit(matching_bench)
    for _ in range(NAMED_MAX):
        await an_offer(matching_bench)
    await admit(matching_bench)

    answer = await matching_bench.client.post(
        "/decisions/try", json={"policies": json.loads(SHIPPED_POLICIES.read_text())}
    )

    trial = answer.json()
    assert (trial["tried"], trial["whole"]) == (2, 1)
    assert any("is missed" in sentence for sentence in trial["unseen"])


async def test_a_trial_runs_outside_the_event_loop(
    matching_bench: ServiceBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    unpack_all = decisions.unpack_all

    def recording(found: Iterable[PackedDecision]) -> list[StoredDecision]:
        threads.append(threading.current_thread())
        return unpack_all(found)

    monkeypatch.setattr(decisions, "unpack_all", recording)
    await admit(matching_bench)

    await matching_bench.client.post(
        "/decisions/try", json={"policies": json.loads(SHIPPED_POLICIES.read_text())}
    )

    assert threading.main_thread() not in threads
    assert len(threads) == 1


async def test_a_trial_of_the_current_policy_changes_no_match(matching_bench: ServiceBench) -> None:
    await an_offer(matching_bench, capacity=2)
    for _ in range(3):
        await admit(matching_bench)

    answer = await matching_bench.client.post(
        "/decisions/try", json={"policies": json.loads(SHIPPED_POLICIES.read_text())}
    )

    trial = answer.json()
    assert (trial["tried"], trial["moved"], trial["present"]) == (3, 0, trial["proposed"])


async def test_an_invalid_policy_is_refused_with_its_location(matching_bench: ServiceBench) -> None:
    policies = json.loads(SHIPPED_POLICIES.read_text())
    policies["everywhere"]["weights"]["hopes"] = -1

    answer = await matching_bench.client.post("/decisions/try", json={"policies": policies})

    assert (answer.status_code, answer.json()["code"]) == (422, "bad-policy")
    assert "everywhere.weights.hopes" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/decisions/{id}", "/decisions/plain/{id}", "/decisions/{id}/replay"])
async def test_an_unknown_decision_is_not_found(matching_bench: ServiceBench, path: str) -> None:
    answer = await matching_bench.client.get(path.format(id=uuid4()))

    assert (answer.status_code, answer.json()["code"]) == (404, "decision-not-found")


async def test_a_decision_is_deleted_after_its_retention_and_not_before(
    matching_bench: ServiceBench,
) -> None:
    await admit(matching_bench)
    matching_bench.clock.advance(timedelta(days=400))
    await admit(matching_bench)

    assert await purge_once(matching_bench.runtime, decision_days=400) == 0
    matching_bench.clock.advance(timedelta(seconds=1))
    assert await purge_once(matching_bench.runtime, decision_days=400) == 1


async def tamper(bench: ServiceBench, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the stored document of the only decision."""
    document = json.loads(zlib.decompress(await bench.pool.fetchval("select document from decision")))
    change(document)
    await bench.pool.execute(
        "update decision set document = $1", zlib.compress(json.dumps(document).encode())
    )
