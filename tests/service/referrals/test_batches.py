"""The result of events does not depend on how they are batched."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.ids import new_id
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchLapsed, MatchProposed
from alongside_contracts.vocabulary import RecipientRole, Status
from tests.builders import SUNDAY_NOON, a_decline, a_proposal, a_waitlisting, an_acceptance, an_admission
from tests.service.paired_benches import PairedBenches, SentEvent
from tests.service.referrals.conftest import PARTNER, a_delivery, a_failed_notice

QUESTIONS = (
    "select row_to_json(r)::text from referral r order by r.id",
    "select row_to_json(t)::text from timeline t order by referral_id, entry",
    "select concat_ws(' ', kind, key, due_at, facts) from timer order by kind, key",
)
ENDINGS = (("complete", {"outcome": "engaged"}), ("fail", {"reason": "no-longer-needs"}))
REFERRALS, EVENTS = 5, 40


@pytest.fixture
async def pair(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[PairedBenches]:
    """Return referrals twice."""
    async with bench_of("referrals") as together, bench_of("referrals") as one_by_one:
        yield PairedBenches(together, one_by_one)


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_has_the_same_effects_as_its_events_one_by_one(pair: PairedBenches, seed: int) -> None:
    with_strangers = seed == 0
    journeys = RandomJourneys(random.Random(seed), with_strangers=with_strangers)

    await pair.hear([*journeys.admissions(), *journeys.any_events(), *journeys.acceptances()])
    for admission in journeys.admitted:
        command, why = journeys.chance.choice(ENDINGS)
        await pair.ask("POST", f"/referrals/{admission.referral_id}/{command}", {"actor": "target"} | why)
    await pair.hear([*journeys.any_events(), *journeys.closing_notices()])

    together, one_by_one = await pair.snapshots(*QUESTIONS)
    assert together == one_by_one
    assert with_strangers or pair.no_batch_was_split()
    assert any("LoopClosed" in line for line in together), "the story went all the way"


class RandomJourneys:
    """Random events about a few referrals: in any order, repeated, late, and some about an unknown referral."""

    def __init__(self, chance: random.Random, *, with_strangers: bool) -> None:
        self.chance = chance
        self.events: list[SentEvent] = []
        self.admitted = [an_admission(partner=chance.choice((PARTNER, None))) for _ in range(REFERRALS)]
        self.known = [*self.admitted, *([an_admission()] if with_strangers else [])]
        self.proposals = [
            a_proposal(
                admission.referral_id,
                attempt=attempt,
                expires_at=SUNDAY_NOON + timedelta(hours=chance.randint(1, 90)),
            )
            for admission in self.known
            for attempt in (1, 2, 3)
        ]

    def admissions(self) -> list[SentEvent]:
        return [self._send(admission) for admission in self.admitted]

    def acceptances(self) -> list[SentEvent]:
        """Return acceptances of a last proposal, so that every open referral is accepted."""
        last = [a_proposal(admission.referral_id, attempt=4) for admission in self.admitted]
        return [self._send(event) for proposal in last for event in (proposal, an_acceptance(proposal))]

    def closing_notices(self) -> list[SentEvent]:
        return [self._send(a_delivery(admission.referral_id)) for admission in self.admitted]

    def any_events(self) -> list[SentEvent]:
        return [
            self.chance.choice(self.events) if self.chance.random() < 0.1 else self._send(self._event())
            for _ in range(EVENTS)
        ]

    def _send(self, event: Event) -> SentEvent:
        self.events.append(SentEvent(f"e-{len(self.events)}", event))
        return self.events[-1]

    def _event(self) -> Event:
        proposal = self.chance.choice(self.proposals)
        about = self.chance.choice((Status.ACCEPTED, Status.FAILED, Status.COMPLETED))
        role = self.chance.choice((RecipientRole.REFERRER, RecipientRole.REFERRER, RecipientRole.TARGET))
        makers: tuple[Callable[[], Event], ...] = (
            lambda: proposal,
            lambda: proposal,
            lambda: an_acceptance(proposal),
            lambda: an_acceptance(proposal),
            lambda: a_decline(proposal),
            lambda: a_lapse(proposal),
            lambda: a_waitlisting(proposal.referral_id),
            lambda: a_delivery(proposal.referral_id, about, role),
            lambda: a_failed_notice(proposal.referral_id, str(new_id())),
            self._repeat_admission,
        )
        return self.chance.choice(makers)()

    def _repeat_admission(self) -> SubmissionAdmitted:
        """Return an admission under another reference: the first one counts."""
        return an_admission(self.chance.choice(self.admitted).referral_id)


def a_lapse(proposal: MatchProposed) -> MatchLapsed:
    return MatchLapsed(
        referral_id=proposal.referral_id, proposal_id=proposal.proposal_id, offer_id=proposal.offer_id
    )
