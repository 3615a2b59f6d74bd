"""`alongside match` against a real matching service."""

import json

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_cli.matching import explain_plainly, explain_to_staff, replay_decisions, try_policy
from alongside_cli.network import Network
from alongside_contracts.vocabulary import Need
from alongside_matching.settings import SHIPPED_POLICIES
from tests.builders import an_admission
from tests.service.matching.bench import admit, an_offer

SHIPPED = json.loads(SHIPPED_POLICIES.read_text())


@pytest.fixture
def network(matching_bench: ServiceBench) -> Network:
    """Connect the command to the service on the bench."""
    return Network(matching_bench.client, {"matching": "http://bench"})


async def test_staff_see_the_ranking_and_the_exclusions_per_rule(
    matching_bench: ServiceBench, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = await an_offer(matching_bench)
    await an_offer(matching_bench, languages=["es"])
    referral = await admit(matching_bench)

    await explain_to_staff(network, referral)

    output = capsys.readouterr().out
    assert "2 offers, 1 eligible; 1 by language" in output
    assert f"1  {asked}  supporter" in output
    assert "because shared-need" in output


async def test_a_waiting_referral_is_explained_with_its_interim_offer(
    matching_bench: ServiceBench, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    await an_offer(matching_bench, capacity=0)
    referral = await admit(matching_bench)

    await explain_to_staff(network, referral)
    await explain_plainly(network, referral)

    output = capsys.readouterr().out
    assert "1 by capacity" in output
    assert "interim offer: none" in output
    assert "We keep looking" in output


async def test_a_referral_that_matching_does_not_know_yet_is_explained_after_another_try(
    matching_bench: ServiceBench, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    await an_offer(matching_bench)
    event = an_admission()
    await explain_to_staff(network, event.referral_id)
    first_try = " ".join(capsys.readouterr().out.split())

    await matching_bench.hear(event)
    await explain_to_staff(network, event.referral_id)

    assert "no decision about this referral is stored: check the id, or try again later" in first_try
    assert "1 offers, 1 eligible" in capsys.readouterr().out


async def test_decisions_are_replayed_page_by_page(
    matching_bench: ServiceBench, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    await an_offer(matching_bench, capacity=2)
    for _ in range(3):
        await admit(matching_bench)

    assert await replay_decisions(network, referral=None, region=None, last=2) == 0
    await matching_bench.pool.execute("delete from policy")
    assert await replay_decisions(network, referral=None, region="us-fl-miami", last=100) == 1

    output = capsys.readouterr().out
    assert "2 repeated, 2 identical" in output
    assert "3 repeated, 0 identical" in output


async def test_the_trial_of_a_policy_is_printed_as_a_table_or_as_json(
    matching_bench: ServiceBench, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    await an_offer(matching_bench)
    await admit(matching_bench, needs=(Need.GRIEF,))
    body = {"policies": SHIPPED}

    await try_policy(network, body, as_json=False)
    table = capsys.readouterr().out
    await try_policy(network, body, as_json=True)
    document = json.loads(capsys.readouterr().out)

    assert "1 past referrals" in table
    assert "0 would be matched differently" in table
    assert "1 of these decisions list every eligible offer. Not covered by this comparison:" in table
    assert (document["tried"], document["present"]["served"]) == (1, 1)
