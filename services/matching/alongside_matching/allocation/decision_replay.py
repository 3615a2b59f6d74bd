"""Replays stored decisions, and compares policies on past referrals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from alongside_matching.allocation.store import decisions
from alongside_matching.allocation.store.decisions import PackedDecision, StoredDecision
from alongside_matching.engine.decisions.decision import Decision, Different, Reproduced, rank_again, replay
from alongside_matching.engine.decisions.fairness import gini
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.policy_file import PolicyFileError, parse_policy


@dataclass(frozen=True, slots=True)
class NotReplayable:
    """The policy of a decision is missing or no longer readable; `why` says which."""

    why: str


@dataclass(frozen=True, slots=True)
class ChangedMatch:
    """A referral's offer under the present policy (`now`) and under the proposed one (`then`); None is no offer."""

    referral_id: UUID
    now: UUID | None
    then: UUID | None


@dataclass(slots=True)
class PolicyEffects:
    """Effects of a policy: how many referrals each offer gets, and how many referrals get none."""

    served: Counter[UUID] = field(default_factory=Counter)
    unserved: int = 0
    score: float = 0.0
    """Sum of the scores of the chosen offers, each under its own policy."""
    free_places: dict[UUID, int | None] = field(default_factory=dict)

    @property
    def load_max(self) -> int:
        """Return the largest number of referrals that one offer gets."""
        return max(self.served.values(), default=0)

    def gini(self, offers: Iterable[UUID]) -> float:
        """Return the Gini coefficient of the referrals over these offers: 0 is even, near 1 is all to one."""
        return gini([self.served[offer] for offer in offers])


UNSEEN: Final = (
    "Only the offers that a past decision named are compared; an offer that only the proposed policy ranks high is missed.",
    "A decision that named every offer that could be asked is counted as whole.",
    "Places are counted down from those free when an offer was first named; later changes of the offer are missed.",
    "Referrals are matched one at a time in order of arrival; assigning a window together is not tried.",
)
"""What a trial cannot see; returned with every trial."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Two policies on the same past referrals. `whole` counts decisions that named every offer that could be asked."""

    tried: int
    whole: int
    moved: Sequence[ChangedMatch]
    offers: frozenset[UUID]
    present: PolicyEffects
    proposed: PolicyEffects


async def replay_decision(
    conn: asyncpg.Connection, stored: StoredDecision
) -> Reproduced | Different | NotReplayable:
    """Decide again from what was stored, under the policy the decision was made with."""
    version = stored.decision.policy_version
    numbers = (await decisions.policy_numbers(conn, [version])).get(version)
    if numbers is None:
        return NotReplayable(f"policy {version} is not stored")
    try:
        return replay(stored.decision, parse_policy(numbers))
    except (PolicyFileError, ValueError):
        return NotReplayable(f"this version of matching cannot read policy {version}")


def compare_policies(newest_first: Sequence[PackedDecision], present: Policies, proposed: Policies) -> Trial:
    """Unpack stored decisions and match their referrals in order of arrival, once under each policy.

    This takes milliseconds per decision: do not run it on the event loop. `UNSEEN` lists what a trial cannot see.
    """
    past = decisions.unpack_all(reversed(newest_first))
    effects = PolicyEffects(), PolicyEffects()
    moved: list[ChangedMatch] = []
    named: set[UUID] = set()
    for stored in past:
        decision = stored.decision
        named |= {offer.id for offer in decision.snapshot.offers}
        now, then = (
            _serve(decision, policies.of(stored.region), effect)
            for policies, effect in zip((present, proposed), effects, strict=True)
        )
        if now != then:
            moved.append(ChangedMatch(stored.referral_id, now, then))
    whole = sum(stored.decision.eligible <= len(stored.decision.ranked) for stored in past)
    return Trial(len(past), whole, moved, frozenset(named), *effects)


def _serve(decision: Decision, policy: Policy, effect: PolicyEffects) -> UUID | None:
    """Give the referral the best named offer with a place left, count it in `effect`, and return it; None if none has."""
    ranking = rank_again(decision, policy)
    for candidate in ranking.candidates:
        free_places = effect.free_places.setdefault(candidate.offer_id, candidate.places)
        if free_places is None or free_places > 0:
            effect.free_places[candidate.offer_id] = None if free_places is None else free_places - 1
            effect.served[candidate.offer_id] += 1
            effect.score += candidate.score
            return candidate.offer_id
    effect.unserved += 1
    return None


def summary(effect: PolicyEffects, trial: Trial) -> Mapping[str, float]:
    """Return a policy's effects in numbers."""
    served = effect.served.total()
    return {
        "served": served,
        "unserved": effect.unserved,
        "offers_used": len(effect.served),
        "load_max": effect.load_max,
        "gini": round(effect.gini(trial.offers), 4),
        "score_mean": round(effect.score / served, 4) if served else 0.0,
    }
