"""Event and timer handlers of matching."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers, Timer
from alongside_chassis.lifecycle import expire_erasures
from alongside_contracts.directory import ListingChanged, ListingPublished, ListingWithdrawn
from alongside_contracts.intake import (
    ConsentChanged,
    PersonErased,
    SubmissionAdmitted,
    SubmissionAmended,
    SubmissionWithdrawn,
)
from alongside_contracts.referrals import FeedbackGiven, ReferralStatusChanged, ReferralSucceeded
from alongside_matching.allocation import answers, referral_ends, request_changes, waitlist, waitlist_timer
from alongside_matching.allocation.proposing import PROPOSAL_EXPIRY, PendingMatch, match_requests
from alongside_matching.allocation.request_mapping import exclude_offers, request_from, request_from_successor
from alongside_matching.allocation.rules.waiting import is_terminal
from alongside_matching.allocation.store import rematch_exclusions, requests
from alongside_matching.allocation.store.rematch_exclusions import RematchExclusion
from alongside_matching.catalogue import offer_updates
from alongside_matching.catalogue.review_timer import OFFER_REVIEW
from alongside_matching.context import MatchingContext
from alongside_matching.engine.facts import Request
from alongside_matching.groups import meetings
from alongside_matching.listings.offers_of_listings import follow_events

Arrival: TypeAlias = SubmissionAdmitted | ReferralSucceeded
"""An event that begins a referral in matching."""


def handlers(context: MatchingContext) -> Handlers:
    """Return every event and timer handler of matching."""
    registry = Handlers()
    _add_arrivals(registry, context)
    _add_changes(registry, context)
    _add_ends(registry, context)
    _add_erasures(registry, context)
    _add_listings(registry, context)
    _add_referral_timers(registry, context)
    _add_offer_timers(registry, context)
    return registry


def _add_arrivals(registry: Handlers, context: MatchingContext) -> None:
    @registry.on_batch(SubmissionAdmitted)
    async def match_new_referrals(events: Sequence[SubmissionAdmitted], tx: Tx) -> None:
        causes: dict[UUID, Arrival] = {event.referral_id: event for event in events}
        excluded = await rematch_exclusions.load_excluded(tx.conn, [event.person_id for event in events])
        arrivals = [
            exclude_offers(request_from(event.referral_id, event.request), excluded[event.person_id])
            for event in events
        ]
        await _match_new(tx, arrivals, causes, context)

    @registry.on_batch(ReferralSucceeded)
    async def match_successors(events: Sequence[ReferralSucceeded], tx: Tx) -> None:
        causes: dict[UUID, Arrival] = {event.referral_id: event for event in events}
        waiting_since = await requests.waiting_since_of(tx.conn, [event.replaces for event in events])
        arrivals = [request_from_successor(event, waiting_since.get(event.replaces)) for event in events]
        await _match_new(tx, arrivals, causes, context)

    @registry.on_batch(FeedbackGiven)
    async def store_rematch_exclusions(events: Sequence[FeedbackGiven], tx: Tx) -> None:
        pairs = [RematchExclusion(event.person_id, event.offer_id) for event in events if event.rematch]
        await rematch_exclusions.add(tx.conn, pairs, tx.now)


def _add_changes(registry: Handlers, context: MatchingContext) -> None:
    @registry.on_batch(SubmissionAmended)
    async def follow_amendments(events: Sequence[SubmissionAmended], tx: Tx) -> None:
        await request_changes.follow_events(tx, events, context)

    @registry.on_batch(ConsentChanged)
    async def follow_consents(events: Sequence[ConsentChanged], tx: Tx) -> None:
        await request_changes.follow_events(tx, events, context)

    @registry.on_batch(SubmissionWithdrawn)
    async def close_withdrawn(events: Sequence[SubmissionWithdrawn], tx: Tx) -> None:
        await request_changes.follow_events(tx, events, context)

    @registry.on_timer(request_changes.REQUEST_CHANGE)
    async def follow_change_locked_before(timer: Timer, tx: Tx) -> None:
        await request_changes.follow_later(tx, timer.facts, context)


def _add_ends(registry: Handlers, context: MatchingContext) -> None:
    @registry.on_batch(ReferralStatusChanged)
    async def release_places_of_ended_referrals(events: Sequence[ReferralStatusChanged], tx: Tx) -> None:
        await referral_ends.close_ended_referrals(tx, events, context.policies)
        ended = [event.referral_id for event in events if is_terminal(event.status.value)]
        await meetings.release_seats_of(tx, ended)


def _add_erasures(registry: Handlers, context: MatchingContext) -> None:
    expire_erasures(registry)

    @registry.on_batch(PersonErased)
    async def close_erased_people(events: Sequence[PersonErased], tx: Tx) -> None:
        ended = await referral_ends.close_erased_people(tx, events, context.policies)
        await meetings.release_seats_of(tx, list(ended))


def _add_listings(registry: Handlers, context: MatchingContext) -> None:
    @registry.on_batch(ListingPublished)
    async def follow_published_listings(events: Sequence[ListingPublished], tx: Tx) -> None:
        await follow_events(tx, events, context.policies)

    @registry.on_batch(ListingChanged)
    async def follow_changed_listings(events: Sequence[ListingChanged], tx: Tx) -> None:
        await follow_events(tx, events, context.policies)

    @registry.on_batch(ListingWithdrawn)
    async def follow_withdrawn_listings(events: Sequence[ListingWithdrawn], tx: Tx) -> None:
        await follow_events(tx, events, context.policies)


def _add_referral_timers(registry: Handlers, context: MatchingContext) -> None:
    @registry.on_timer(referral_ends.REFERRAL_END)
    async def close_referral_locked_before(timer: Timer, tx: Tx) -> None:
        await referral_ends.close_locked_referral(tx, UUID(timer.key), context.policies)
        await meetings.release_seats_of(tx, [UUID(timer.key)])

    @registry.on_timer(PROPOSAL_EXPIRY)
    async def lapse_unanswered_proposal(timer: Timer, tx: Tx) -> None:
        await answers.lapse(tx, UUID(timer.key), context)

    @registry.on_timer(waitlist_timer.WAITLIST_SWEEP)
    async def sweep_waitlist(timer: Timer, tx: Tx) -> None:
        await waitlist.sweep_waitlist(
            tx, waitlist_timer.region_of(timer.facts), waitlist_timer.position_of(timer.facts), context
        )


def _add_offer_timers(registry: Handlers, context: MatchingContext) -> None:
    @registry.on_timer(offer_updates.OFFER_RESUME)
    async def resume_paused_offer(timer: Timer, tx: Tx) -> None:
        await offer_updates.end_pause(tx, UUID(timer.key), context.policies)

    @registry.on_timer(OFFER_REVIEW)
    async def review_offer(timer: Timer, tx: Tx) -> None:
        await offer_updates.review_due_offer(tx, UUID(timer.key), context.policies)

    @registry.on_timer(meetings.SEAT_EXPIRY)
    async def expire_untaken_seat(timer: Timer, tx: Tx) -> None:
        await meetings.expire_seat(tx, UUID(timer.key))


async def _match_new(
    tx: Tx, arrivals: Sequence[Request], causes: Mapping[UUID, Arrival], context: MatchingContext
) -> None:
    """Store and match referrals that are new; leave known referrals unchanged.

    One whose person was erased is stored as closed: what is announced about it later changes nothing.
    """
    people = {referral: event.person_id for referral, event in causes.items()}
    new_requests = await requests.add(tx.conn, arrivals, people, tx.now)
    await requests.insert_closed_tombstones(tx.conn, causes.keys() - new_requests.keys(), tx.now)
    if new_requests:
        await match_requests(
            tx,
            [PendingMatch(tracked, causes[referral]) for referral, tracked in new_requests.items()],
            context,
        )
