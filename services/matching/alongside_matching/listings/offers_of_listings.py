"""Lets offers follow what publishers list: the newest state of each listing decides, whatever order events come in.

A listing that can be an offer is one, with the places and, if it names none, the language that the region's policy assumes. What
staff have set on the offer stays. Hotlines are no offers. Nothing is held against a referral that waits: its region's waitlist
is swept afterwards.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

import asyncpg

from alongside_chassis.announce import Tx
from alongside_chassis.errors import Unprocessable
from alongside_contracts.directory import Listing, ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.ids import new_id
from alongside_contracts.vocabulary import OfferKind, ProblemCode, WithdrawalEffect
from alongside_matching.catalogue import listed_offers
from alongside_matching.catalogue.listed_offers import NewOffer, PausedBecause
from alongside_matching.engine.policy import Policies, Policy
from alongside_matching.listings import store
from alongside_matching.listings.store import OFFER_SOURCE_PREFIX, ListingState

ListingEvent: TypeAlias = ListingPublished | ListingChanged | ListingWithdrawn
_DECISIVE: Final = frozenset({"kind", "name", "needs", "languages", "formats", "active", "position"})
"""The fields of a listing that its offer takes over."""


async def follow_events(tx: Tx, events: Sequence[ListingEvent], policies: Policies) -> None:
    """Store what these events say and let offers follow; what is older than what is stored changes nothing.

    Raises Unprocessable for a region without a policy here, a source's second region, and a supporter: no publisher lists one.
    """
    states = newest_of(map(state_in, events))
    for refusal in (await find_refused(tx.conn, states, policies)).values():
        raise refusal
    newer = await store.upsert(tx.conn, states, tx.now)
    await _follow(tx, [it for it in states if it.key in newer], policies)


async def follow_again(tx: Tx, source: str, source_id: str, policies: Policies) -> None:
    """Let an offer follow its listing again in everything; one that was not made of a listing is left as it is."""
    if source.startswith(OFFER_SOURCE_PREFIX):
        state = await store.find(tx.conn, source.removeprefix(OFFER_SOURCE_PREFIX), source_id)
        await _follow(tx, [state] if state else [], policies)


def state_in(event: ListingEvent) -> ListingState:
    """Return the state that an event carries."""
    effect = event.effect if isinstance(event, ListingWithdrawn) else None
    return ListingState(event.listing, effect)


def newest_of(states: Iterable[ListingState]) -> list[ListingState]:
    """Return the newest state of each listing."""
    newest: dict[store.Key, ListingState] = {}
    for it in states:
        if it.key not in newest or newest[it.key].listing.sequence < it.listing.sequence:
            newest[it.key] = it
    return list(newest.values())


def offers_of(states: Iterable[ListingState], policies: Policies) -> list[NewOffer]:
    """Return the offers of the listings that people may be referred to, or could be if they took people now."""
    return [_offer(it, policies.of(it.listing.region)) for it in states if is_offer(it)]


def is_offer(state: ListingState) -> bool:
    """Return whether a listing has an offer; one that is only hidden keeps it."""
    return not state.listing.hotline and state.effect is not WithdrawalEffect.PAUSE


async def find_refused(
    conn: asyncpg.Connection, states: Sequence[ListingState], policies: Policies
) -> dict[store.Key, Unprocessable]:
    """Return why listings cannot be followed, by their keys; nothing for all others."""
    regions = await store.load_regions(conn, {it.listing.source for it in states})
    refusals = {it.key: _refusal(it.listing, regions.get(it.listing.source), policies) for it in states}
    return {key: refusal for key, refusal in refusals.items() if refusal is not None}


def _refusal(listing: Listing, known_region: str | None, policies: Policies) -> Unprocessable | None:
    if listing.region not in policies.regions:
        return Unprocessable(
            ProblemCode.OUTSIDE_REGION,
            "listing.region",
            "name the region in the file of ALONGSIDE_MATCHING_POLICY_FILE, then replay this record",
        )
    if listing.kind is OfferKind.SUPPORTER:
        return Unprocessable(ProblemCode.INVALID_FIELD, "listing.kind", "list groups and services only")
    if known_region not in (None, listing.region):
        return Unprocessable(
            ProblemCode.INVALID_FIELD, "listing.region", "announce a source's listings in one region"
        )
    return None


async def _follow(tx: Tx, states: Sequence[ListingState], policies: Policies) -> None:
    """Lock all offers first: those that are changed and those that are paused are in one order of ids."""
    await listed_offers.lock(tx.conn, [it.offer_key for it in states])
    added = await listed_offers.add_listed_offers(tx, offers_of(states, policies), policies)
    for source, ids in without_offers(states):
        await listed_offers.withdraw(tx.conn, source, ids, tx.now)
    if added.created or added.changed:
        for region in sorted({it.listing.region for it in states}):
            listed_offers.sweep_soon(tx, region, policies.of(region))


def without_offers(states: Sequence[ListingState]) -> Iterator[tuple[str, list[str]]]:
    """Yield, by the source of offers, the ids of listings whose offers are paused."""
    for source in sorted({it.offer_key[0] for it in states}):
        ids = [key[1] for it in states if (key := it.offer_key)[0] == source and not is_offer(it)]
        if ids:
            yield source, ids


def _offer(state: ListingState, policy: Policy) -> NewOffer:
    listing, position = state.listing, state.listing.position
    source, source_id = state.offer_key
    return NewOffer(
        id=new_id(),
        kind=listing.kind.value,
        region=listing.region,
        name=listing.name,
        needs=list(listing.needs),
        languages=list(listing.languages) or [policy.directory_language],
        formats=list(listing.formats),
        modes=(),
        age_bands=(),
        capacity=policy.directory_capacity,
        paused_because=None if listing.active else PausedBecause.NOT_ACTIVE,
        source=source,
        source_id=source_id,
        content_hash=_content_hash(listing),
        latitude=position.latitude if position else None,
        longitude=position.longitude if position else None,
    )


def _content_hash(listing: Listing) -> str:
    return sha256(listing.model_dump_json(include=set(_DECISIVE)).encode()).hexdigest()
