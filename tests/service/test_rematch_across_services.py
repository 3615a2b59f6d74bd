"""A match that does not fit is replaced: referrals ends it, matching asks another offer, and no person is lost."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import PersonId, new_id
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchProposed
from alongside_contracts.referrals import FeedbackGiven, ReferralSucceeded
from tests.builders import a_request, an_admission
from tests.service.forwarding import forward_announcements
from tests.service.matching.bench import accept, an_offer, places

E = TypeVar("E", bound=Event)


@dataclass
class Network:
    """Referrals and matching, which hear each other; `admission` is the current referral."""

    referrals: ServiceBench
    matching: ServiceBench
    admission: SubmissionAdmitted

    async def settled(self) -> list[Event]:
        """Let both hear each other until neither announces anything; return all announced events."""
        announced: list[Event] = []
        while new := [*await self.matching.announced(), *await self.referrals.announced()]:
            announced += [item.event for item in new]
            await forward_announcements(self.matching, self.referrals)
            await forward_announcements(self.referrals, self.matching)
        return announced

    async def admit(self, person_id: UUID | None = None, **request: Any) -> MatchProposed:
        """Admit a referral; return the proposal that follows."""
        self.admission = an_admission(person_id=PersonId(person_id or new_id()), request=a_request(**request))
        await self.referrals.hear(self.admission)
        await self.matching.hear(self.admission)
        return only_event(await self.settled(), MatchProposed)

    async def post(self, step: str, **body: Any) -> dict[str, Any]:
        """Send a party's command to the current referral; return its state."""
        answer = await self.referrals.client.post(
            f"/referrals/{self.admission.referral_id}/{step}", json={"actor": "target"} | body
        )
        assert answer.is_success, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def status(self, referral_id: UUID) -> str:
        status: str = (await self.referrals.client.get(f"/referrals/{referral_id}")).json()["status"]
        return status


@pytest.fixture
def network(referrals_bench: ServiceBench, matching_bench: ServiceBench) -> Network:
    """Return both services, without any referral."""
    return Network(referrals_bench, matching_bench, an_admission())


async def test_a_person_who_asks_for_a_rematch_is_matched_with_another_offer_before_others(
    network: Network,
) -> None:
    first = await matched(network)
    await an_offer(network.matching)
    await network.post("start")

    await network.post("feedback", actor="person", fit="poor", meetings=3, rematch=True)
    announced = await network.settled()

    feedback, again = only_event(announced, FeedbackGiven), only_event(announced, MatchProposed)
    assert (feedback.offer_id, feedback.fit, feedback.rematch, feedback.meetings) == (first, "poor", True, 3)
    assert again.offer_id != first
    assert again.referral_id == only_event(announced, ReferralSucceeded).referral_id
    assert await network.status(network.admission.referral_id) == "cancelled"
    assert await network.status(again.referral_id) == "requested"
    assert await places(network.matching, first) == (0, 0)


async def test_without_another_offer_the_person_waits_at_their_old_place_and_never_gets_the_first_offer_again(
    network: Network,
) -> None:
    first = await matched(network)

    await network.post("feedback", actor="coordinator", fit="poor", rematch=True)
    successor = only_event(await network.settled(), ReferralSucceeded)
    second = await an_offer(network.matching)

    again = only_event(await network.settled(), MatchProposed)
    assert (again.referral_id, again.offer_id) == (successor.referral_id, second)
    assert second != first


async def test_a_declined_pair_is_not_proposed_again_for_a_later_referral(network: Network) -> None:
    first = await matched(network)
    person = network.admission.person_id
    await network.post("feedback", actor="person", fit="poor", rematch=True)
    await network.settled()
    second = await an_offer(network.matching, capacity=3)
    await network.settled()

    again = await network.admit(person)
    another = await network.admit()

    assert again.offer_id == second
    assert another.offer_id == first


async def test_a_person_may_ask_for_a_declined_offer_again(network: Network) -> None:
    first = await matched(network)
    person = network.admission.person_id
    await network.post("feedback", actor="person", fit="poor", rematch=True)
    await network.settled()

    again = await network.admit(person, continue_with=first)

    assert again.offer_id == first


async def test_positive_feedback_changes_no_status(network: Network) -> None:
    offer = await matched(network)

    await network.post("feedback", actor="person", fit="good", meetings=3)
    announced = await network.settled()

    assert [type(event) for event in announced] == [FeedbackGiven]
    assert await places(network.matching, offer) == (0, 1)


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("feedback", {"actor": "person", "fit": "poor", "rematch": True}),
        ("fail", {"reason": "safety-conflict", "return_to_matching": True}),
        ("cancel", {"reason": "no-capacity"}),
    ],
    ids=["feedback", "rupture", "the target withdrew"],
)
async def test_the_person_of_a_match_that_fails_is_matched_again(
    network: Network, step: str, body: dict[str, Any]
) -> None:
    first = await matched(network)
    second = await an_offer(network.matching)

    await network.post(step, **body)

    assert only_event(await network.settled(), MatchProposed).offer_id == second
    assert await places(network.matching, first) == (0, 0)


async def matched(network: Network) -> UUID:
    """Let the only offer accept a referral; return the offer."""
    offer = await an_offer(network.matching)
    await accept(network.matching, await network.admit())
    await network.settled()
    return offer


def only_event(announced: list[Event], kind: type[E]) -> E:
    """Return the one event of a type."""
    (found,) = [event for event in announced if isinstance(event, kind)]
    return found
