"""However events are cut into batches, what is left of them is the same."""

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
from tests.service.referrals.conftest import PARTNER, a_delivery, a_failed_notice
from tests.service.twins import Heard, Twins

QUESTIONS = (
    "select row_to_json(r)::text from referral r order by r.id",
    "select row_to_json(t)::text from timeline t order by referral_id, entry",
    "select concat_ws(' ', kind, key, due_at, facts) from timer order by kind, key",
)
ENDINGS = (("complete", {"outcome": "engaged"}), ("fail", {"reason": "no-longer-needs"}))
REFERRALS, EVENTS = 5, 40


@pytest.fixture
async def twins(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]],
) -> AsyncIterator[Twins]:
    """Referrals, twice."""
    async with bench_of("referrals") as together, bench_of("referrals") as alone:
        yield Twins(together, alone)


@pytest.mark.parametrize("seed", range(4))
async def test_a_batch_leaves_what_its_events_leave_one_by_one(twins: Twins, seed: int) -> None:
    strangers = seed == 0
    story = Story(random.Random(seed), strangers=strangers)

    await twins.hear([*story.admissions(), *story.anything(), *story.acceptances()])
    for admission in story.admitted:
        command, why = story.chance.choice(ENDINGS)
        await twins.ask("POST", f"/referrals/{admission.referral_id}/{command}", {"actor": "target"} | why)
    await twins.hear([*story.anything(), *story.closing_notices()])

    together, alone = await twins.left(*QUESTIONS)
    assert together == alone
    assert strangers or twins.needed_one_try()
    assert any("LoopClosed" in line for line in together), "the story went all the way"


class Story:
    """Made-up events about a handful of referrals: in any order, repeated, late, and some about nobody known."""

    def __init__(self, chance: random.Random, *, strangers: bool) -> None:
        self.chance = chance
        self.sent: list[Heard] = []
        self.admitted = [an_admission(partner=chance.choice((PARTNER, None))) for _ in range(REFERRALS)]
        self.known = [*self.admitted, *([an_admission()] if strangers else [])]
        self.proposals = [
            a_proposal(
                admission.referral_id,
                attempt=attempt,
                expires_at=SUNDAY_NOON + timedelta(hours=chance.randint(1, 90)),
            )
            for admission in self.known
            for attempt in (1, 2, 3)
        ]

    def admissions(self) -> list[Heard]:
        return [self._heard(admission) for admission in self.admitted]

    def acceptances(self) -> list[Heard]:
        """Of a last proposal, so that what is still open is taken on."""
        last = [a_proposal(admission.referral_id, attempt=4) for admission in self.admitted]
        return [self._heard(event) for proposal in last for event in (proposal, an_acceptance(proposal))]

    def closing_notices(self) -> list[Heard]:
        return [self._heard(a_delivery(admission.referral_id)) for admission in self.admitted]

    def anything(self) -> list[Heard]:
        return [
            self.chance.choice(self.sent) if self.chance.random() < 0.1 else self._heard(self._event())
            for _ in range(EVENTS)
        ]

    def _heard(self, event: Event) -> Heard:
        self.sent.append(Heard(f"e-{len(self.sent)}", event))
        return self.sent[-1]

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
            self._again,
        )
        return self.chance.choice(makers)()

    def _again(self) -> SubmissionAdmitted:
        """An admission under another reference: the first one counts."""
        return an_admission(self.chance.choice(self.admitted).referral_id)


def a_lapse(proposal: MatchProposed) -> MatchLapsed:
    return MatchLapsed(
        referral_id=proposal.referral_id, proposal_id=proposal.proposal_id, offer_id=proposal.offer_id
    )
