"""Helpers for the tests of matching on its bench."""

from typing import Any, TypeVar
from uuid import UUID

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import OfferId, PersonId, ReferralId
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchProposed
from alongside_contracts.referrals import ReferralStatusChanged, ReferralSucceeded
from alongside_contracts.vocabulary import Actor, Need, Status
from tests.builders import REGION, a_request, an_admission

E = TypeVar("E", bound=Event)


async def an_offer(bench: ServiceBench, **given: Any) -> UUID:
    """Add an offer; by default a supporter with one place and the need grief."""
    form: dict[str, Any] = {"kind": "supporter", "region": REGION, "needs": ["grief"]} | given
    if form["kind"] != "supporter":
        form.setdefault("name", "Thursday circle")
    answer = await bench.client.post("/offers", json=form)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


async def an_open_group(bench: ServiceBench, **given: Any) -> UUID:
    """Add an online community that anyone may join."""
    form = {"kind": "group", "capacity": None, "formats": ["online-community"], "needs": ["loneliness"]}
    return await an_offer(bench, **form | given)


async def admit(bench: ServiceBench, **request: Any) -> ReferralId:
    """Publish an admission, and return its referral."""
    return (await admission_of(bench, **request)).referral_id


async def admission_of(bench: ServiceBench, **request: Any) -> SubmissionAdmitted:
    """Publish an admission, and return it."""
    event = an_admission(request=a_request(**request))
    await bench.hear(event)
    return event


async def announced(bench: ServiceBench, contract: type[E], referral_id: UUID | None = None) -> list[E]:
    """Return all announcements of one type, oldest first; of one referral if given."""
    events = [row.event for row in await bench.announced()]
    return [
        event
        for event in events
        if isinstance(event, contract) and referral_id in (None, getattr(event, "referral_id", None))
    ]


async def story(bench: ServiceBench, referral_id: UUID) -> list[str]:
    """Return the type names of everything announced about a referral, in order."""
    return [type(event).__name__ for event in await announced(bench, Event, referral_id)]


async def last_proposal(bench: ServiceBench, referral_id: UUID) -> MatchProposed:
    """Return the newest proposal of a referral."""
    return (await announced(bench, MatchProposed, referral_id))[-1]


async def places(bench: ServiceBench, offer_id: UUID) -> tuple[int, int]:
    """Return how many places of an offer are held and taken."""
    offer = (await bench.client.get(f"/offers/{offer_id}")).json()
    return offer["held"], offer["taken"]


async def accept(bench: ServiceBench, proposal: MatchProposed) -> None:
    """Accept the proposal."""
    answer = await bench.client.post(f"/proposals/{proposal.proposal_id}/accept")
    assert answer.status_code == 200, answer.text


async def decline(bench: ServiceBench, proposal: MatchProposed, reason: str = "no-capacity") -> None:
    """Decline the proposal."""
    answer = await bench.client.post(f"/proposals/{proposal.proposal_id}/decline", json={"reason": reason})
    assert answer.status_code == 200, answer.text


async def answer_too_late(bench: ServiceBench, proposal: MatchProposed) -> tuple[int, str]:
    """Accept a proposal that is no longer open, and return the status and the code of the refusal."""
    answer = await bench.client.post(f"/proposals/{proposal.proposal_id}/accept")
    return answer.status_code, answer.json()["code"]


async def timers(bench: ServiceBench, kind: str) -> list[str]:
    """Return the keys of the timers of one kind."""
    return [row["key"] for row in await bench.pool.fetch("select key from timer where kind = $1", kind)]


def a_status(referral_id: UUID, status: Status, **given: Any) -> ReferralStatusChanged:
    """Return a status change of a referral."""
    defaults: dict[str, Any] = {"sequence": 3, "person_id": PersonId(referral_id), "actor": Actor.COORDINATOR}
    return ReferralStatusChanged(referral_id=ReferralId(referral_id), status=status, **defaults | given)


def a_successor(referral_id: UUID, replaces: UUID, *refused: UUID) -> ReferralSucceeded:
    """Return a successor of a failed referral."""
    return ReferralSucceeded(
        referral_id=ReferralId(referral_id),
        replaces=ReferralId(replaces),
        person_id=PersonId(replaces),
        reference="ref-1",
        request=a_request(needs=(Need.GRIEF,)),
        excluded_offers=tuple(OfferId(offer) for offer in refused),
    )
