"""Gives free places to waiting referrals, at once and in waitlist order.

One transaction reads at most `wake_max` referrals; a timer handles the rest of the region (`waitlist_timer`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.event import Event
from alongside_matching.allocation.proposing import MatchDecision, PendingMatch, match_requests, propose
from alongside_matching.allocation.rules.waiting import TrackedRequest
from alongside_matching.allocation.store import places, requests
from alongside_matching.allocation.store.requests import WaitlistPosition, position_of
from alongside_matching.allocation.waitlist_timer import continue_sweep, sweep_later, sweep_soon
from alongside_matching.catalogue.store import offers
from alongside_matching.context import MatchingContext
from alongside_matching.engine.decisions.decision import NAMED_MAX, decide
from alongside_matching.engine.facts import Offer
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.engine.ranking import rank


async def propose_freed_offer(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """Propose an offer that may have free places to waiting referrals it suits, until it is full."""
    await propose_freed_offers(tx, {offer_id: None}, policies)


async def propose_freed_offers(tx: Tx, freed_by: Mapping[UUID, Event | None], policies: Policies) -> None:
    """Propose offers that may have free places; `freed_by` names the event, if any, that freed each offer's place."""
    awaited = await offers.find_awaited(tx.conn, freed_by)
    with_a_place = [offer for offer in awaited if offer.has_place and not offer.paused]
    by_region = sorted(with_a_place, key=lambda offer: (offer.region, offer.id))
    for region, group in groupby(by_region, key=lambda offer: offer.region):
        await _propose_in_region(tx, region, list(group), freed_by, policies)


async def sweep_waitlist(
    tx: Tx, region: str, after: WaitlistPosition | None, context: MatchingContext
) -> None:
    """Match the waiting referrals of a region, one bounded page per transaction, and continue while any waits."""
    policy = context.policies.of(region)
    waiting = await requests.lock_waiting(tx.conn, region, after=after, limit=policy.wake_max)
    await match_requests(tx, [PendingMatch(tracked) for tracked in waiting], context, in_order=True)
    if len(waiting) == policy.wake_max:
        continue_sweep(tx, region, position_of(waiting[-1]))
    elif await requests.has_waiting(tx.conn, region):
        sweep_later(tx, region, policy)


async def _propose_in_region(
    tx: Tx, region: str, free_offers: list[Offer], freed_by: Mapping[UUID, Event | None], policies: Policies
) -> None:
    policy = policies.of(region)
    any_of_needs = frozenset().union(*(offer.needs for offer in free_offers))
    waiting = await requests.lock_waiting(tx.conn, region, any_of_needs=any_of_needs, limit=policy.wake_max)
    match_decisions, remaining = _serve_waiting(waiting, free_offers, freed_by, policy, tx.now)
    wanted = Counter(match_decision.chosen.offer_id for match_decision in match_decisions)
    held = await places.hold(tx, wanted)
    await propose(
        tx,
        [match_decision for match_decision in match_decisions if _use_up_held_place(match_decision, held)],
        policies,
    )
    if len(waiting) == policy.wake_max and any(offer.has_place for offer in remaining):
        sweep_soon(tx, region, policy)


def _serve_waiting(
    waiting: Sequence[TrackedRequest],
    free_offers: Sequence[Offer],
    freed_by: Mapping[UUID, Event | None],
    policy: Policy,
    now: datetime,
) -> tuple[list[MatchDecision], list[Offer]]:
    """Assign places to waiting referrals in their order; return the decisions, and the offers with the places still
    free."""
    remaining = {offer.id: offer for offer in free_offers}
    match_decisions = []
    for tracked in waiting:
        ranking = rank(list(remaining.values()), tracked.request, policy, policy.day(now), top=NAMED_MAX)
        if ranking.candidates:
            best_id = ranking.candidates[0].offer_id
            decision = decide(ranking, ranking.candidates[0], remaining.get)
            match_decisions.append(MatchDecision(PendingMatch(tracked, freed_by[best_id]), decision))
            remaining[best_id] = replace(remaining[best_id], held=remaining[best_id].held + 1)
    return match_decisions, list(remaining.values())


def _use_up_held_place(match_decision: MatchDecision, held: dict[UUID, int]) -> bool:
    """Use up one held place of the chosen offer; return False when none was left."""
    offer_id = match_decision.chosen.offer_id
    held[offer_id] = held.get(offer_id, 0) - 1
    return held[offer_id] >= 0
