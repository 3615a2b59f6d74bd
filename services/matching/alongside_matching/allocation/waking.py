"""Free places go to those who wait, at once and in their order.

One transaction looks at no more than `wake_max` of them; a timer sees to the rest of the region (`looking`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_contracts.event import Event
from alongside_matching.allocation.asking import Decided, Seeker, ask, propose
from alongside_matching.allocation.looking import go_on, look_later, look_soon
from alongside_matching.allocation.rules.waiting import Standing
from alongside_matching.allocation.store import places, requests
from alongside_matching.allocation.store.requests import Turn, turn_of
from alongside_matching.catalogue.store import offers
from alongside_matching.desk import Desk
from alongside_matching.engine.decisions.decision import NAMED_MAX, decide
from alongside_matching.engine.facts import Offer
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.engine.ranking import rank


async def offer_freed(tx: Tx, offer_id: UUID, policies: Policies) -> None:
    """An offer may have a place: propose it to those who wait for one like it, until it is full."""
    await offers_freed(tx, {offer_id: None}, policies)


async def offers_freed(tx: Tx, freed: Mapping[UUID, Event | None], policies: Policies) -> None:
    """Offers may have places, each because of an event, where there was one."""
    wanted = await offers.wanted(tx.conn, freed)
    with_a_place = [offer for offer in wanted if offer.has_place and not offer.paused]
    by_region = sorted(with_a_place, key=lambda offer: (offer.region, offer.id))
    for region, group in groupby(by_region, key=lambda offer: offer.region):
        await _wake(tx, region, list(group), freed, policies)


async def sweep(tx: Tx, region: str, after: Turn | None, desk: Desk) -> None:
    """Search for everyone who waits, one bounded part of the list per transaction, for as long as anyone does."""
    policy = desk.policies.of(region)
    waiting = await requests.waiting(tx.conn, region, after=after, limit=policy.wake_max)
    await ask(tx, [Seeker(standing) for standing in waiting], desk, in_turn=True)
    if len(waiting) == policy.wake_max:
        go_on(tx, region, turn_of(waiting[-1]))
    elif await requests.somebody_waits(tx.conn, region):
        look_later(tx, region, policy)


async def _wake(
    tx: Tx, region: str, free: list[Offer], freed: Mapping[UUID, Event | None], policies: Policies
) -> None:
    policy = policies.of(region)
    sharing = frozenset().union(*(offer.needs for offer in free))
    waiting = await requests.waiting(tx.conn, region, sharing=sharing, limit=policy.wake_max)
    decided, left = _serve(waiting, free, freed, policy, tx.now)
    wanted = Counter(each.chosen.offer_id for each in decided)
    held = await places.hold(tx, wanted)
    await propose(tx, [each for each in decided if _got_it(each, held)], policies)
    if len(waiting) == policy.wake_max and any(offer.has_place for offer in left):
        look_soon(tx, region, policy)


def _serve(
    waiting: Sequence[Standing],
    free: Sequence[Offer],
    freed: Mapping[UUID, Event | None],
    policy: Policy,
    now: datetime,
) -> tuple[list[Decided], list[Offer]]:
    """Give the places to those who wait, in their order; answers the offers as they are then, too."""
    left = {offer.id: offer for offer in free}
    decided = []
    for standing in waiting:
        ranking = rank(list(left.values()), standing.request, policy, policy.day(now), top=NAMED_MAX)
        if ranking.candidates:
            best = ranking.candidates[0].offer_id
            decision = decide(ranking, ranking.candidates[0], left.get)
            decided.append(Decided(Seeker(standing, freed[best]), decision))
            left[best] = replace(left[best], held=left[best].held + 1)
    return decided, list(left.values())


def _got_it(decided: Decided, held: dict[UUID, int]) -> bool:
    offer_id = decided.chosen.offer_id
    held[offer_id] = held.get(offer_id, 0) - 1
    return held[offer_id] >= 0
