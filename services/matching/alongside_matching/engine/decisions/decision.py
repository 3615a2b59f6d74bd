"""A decision about a referral, with everything needed to explain it years later and to replay it.

A decision stores what the rules and the score read: the request, the facts of the named offers, the rarity of each
need. With the policy of its version that is complete, so `replay` gives the same ranking to the last bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import MatchReason
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import Candidate, Contribution, Ranking, rank
from alongside_matching.engine.score import Rarity

NAMED_MAX: Final = 10
"""How many candidates a decision stores, besides the chosen one."""
_NEAR: Final = 0.5
_ROOMY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The inputs of a decision: the request, the named offers, the rarity of each need, and the day."""

    request: Request
    offers: tuple[Offer, ...]
    rarity: Rarity
    on: date


@dataclass(frozen=True, slots=True)
class Decision:
    """The chosen offer, None for none; the ranking, best first; how many offers each hard rule excluded.

    The chosen offer need not be the first: requests of one window share the offers (see `assign`).
    """

    chosen: UUID | None
    ranked: tuple[Candidate, ...]
    shares: Mapping[str, float]
    eligible: int
    excluded: Mapping[str, int]
    policy_version: str
    snapshot: Snapshot

    @property
    def considered(self) -> int:
        """Return how many offers were checked."""
        return self.eligible + sum(self.excluded.values())

    @property
    def candidate(self) -> Candidate | None:
        """Return the chosen candidate."""
        return next((candidate for candidate in self.ranked if candidate.offer_id == self.chosen), None)

    @property
    def factors(self) -> Mapping[str, float]:
        """Return the factors of the chosen offer and their values; empty when none was chosen."""
        chosen = self.candidate
        return dict(zip(self.shares, chosen.factors, strict=True)) if chosen else {}

    def explained(self, candidate: Candidate) -> tuple[Contribution, ...]:
        """Return the score of a candidate, factor by factor."""
        return tuple(
            Contribution(factor, value, share)
            for (factor, share), value in zip(self.shares.items(), candidate.factors, strict=True)
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return the reasons that staff may see: kinds of fit only, never what the supporter has lived through."""
        chosen = self.candidate
        if chosen is None:
            return ()
        values = dict(zip(self.shares, chosen.factors, strict=True))
        holds_by_reason = {
            MatchReason.SHARED_NEED: values.get("shared_need", 0) > 0,
            MatchReason.SHARED_LANGUAGE: True,
            MatchReason.PREFERRED_FORMAT: values.get("preferred_format", 0) > 0,
            MatchReason.PREFERRED_MODE: values.get("preferred_mode", 0) > 0,
            MatchReason.NEARBY: values.get("distance", 0) >= _NEAR,
            MatchReason.FREE_CAPACITY: chosen.load < _ROOMY,
        }
        return tuple(reason for reason, holds in holds_by_reason.items() if holds)


@dataclass(frozen=True, slots=True)
class Reproduced:
    """The replayed decision is the same to the last bit."""


@dataclass(frozen=True, slots=True)
class Different:
    """The replayed ranking differs."""

    ranked: tuple[Candidate, ...]


def decide(ranking: Ranking, chosen: Candidate | None, facts: Callable[[UUID], Offer | None]) -> Decision:
    """Record a choice. `facts` returns an offer as it was when ranked: call this before anything changes the offers.

    Raises ValueError when an offer of the ranking is missing.
    """
    named = [*ranking.candidates[:NAMED_MAX]]
    if chosen is not None and chosen not in named:
        named.append(chosen)
    offers = tuple(offer for candidate in named if (offer := facts(candidate.offer_id)) is not None)
    if len(offers) != len(named):
        raise ValueError("an offer of this ranking is missing: rank again")
    return Decision(
        chosen=None if chosen is None else chosen.offer_id,
        ranked=tuple(named),
        shares=ranking.shares,
        eligible=ranking.eligible,
        excluded=ranking.excluded,
        policy_version=ranking.policy.version,
        snapshot=Snapshot(ranking.request, offers, ranking.rarity, ranking.on),
    )


def rank_again(decision: Decision, policy: Policy) -> Ranking:
    """Rank the named offers again, under the same policy or another one."""
    snapshot = decision.snapshot
    return rank(
        snapshot.offers,
        snapshot.request,
        policy,
        snapshot.on,
        top=len(snapshot.offers),
        rarity=snapshot.rarity,
    )


def replay(decision: Decision, policy: Policy) -> Reproduced | Different:
    """Decide again from the snapshot. Raises ValueError when `policy` is not of the decision's version."""
    if policy.version != decision.policy_version:
        raise ValueError(
            f"the decision was made under policy {decision.policy_version}, not {policy.version}"
        )
    ranking = rank_again(decision, policy)
    same = ranking.candidates == decision.ranked and dict(ranking.shares) == dict(decision.shares)
    return Reproduced() if same else Different(ranking.candidates)
