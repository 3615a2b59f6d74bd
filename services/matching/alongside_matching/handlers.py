"""What matching does when it hears of referrals, and when a timer is due."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers, Timer
from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.referrals import FeedbackGiven, ReferralStatusChanged, ReferralSucceeded
from alongside_matching.allocation import answering, ending, looking, waking
from alongside_matching.allocation.asking import PROPOSAL_EXPIRY, Seeker, ask
from alongside_matching.allocation.rules.waiting import is_end
from alongside_matching.allocation.seeking import apart, sought, sought_again
from alongside_matching.allocation.store import parted, requests
from alongside_matching.allocation.store.parted import Pair
from alongside_matching.catalogue import offering
from alongside_matching.catalogue.review_timer import OFFER_REVIEW
from alongside_matching.desk import Desk
from alongside_matching.engine.facts import Request
from alongside_matching.groups import meeting


def handlers(desk: Desk) -> Handlers:
    """Everything matching hears."""
    heard = Handlers()
    _hear_arrivals(heard, desk)
    _hear_ends(heard, desk)
    _hear_timers_of_referrals(heard, desk)
    _hear_timers_of_offers(heard, desk)
    return heard


def _hear_arrivals(heard: Handlers, desk: Desk) -> None:
    @heard.on_batch(SubmissionAdmitted)
    async def match_new_referrals(events: Sequence[SubmissionAdmitted], tx: Tx) -> None:
        because: dict[UUID, Event] = {event.referral_id: event for event in events}
        parted_from = await parted.from_whom(tx.conn, [event.person_id for event in events])
        arrivals = [
            apart(sought(event.referral_id, event.request), parted_from[event.person_id]) for event in events
        ]
        await _match(tx, arrivals, because, desk)

    @heard.on_batch(ReferralSucceeded)
    async def match_successors(events: Sequence[ReferralSucceeded], tx: Tx) -> None:
        because: dict[UUID, Event] = {event.referral_id: event for event in events}
        turns = await requests.turns_of(tx.conn, [event.replaces for event in events])
        await _match(tx, [sought_again(event, turns.get(event.replaces)) for event in events], because, desk)

    @heard.on_batch(FeedbackGiven)
    async def remember_who_parted(events: Sequence[FeedbackGiven], tx: Tx) -> None:
        pairs = [Pair(event.person_id, event.offer_id) for event in events if event.rematch]
        await parted.add(tx.conn, pairs, tx.now)


def _hear_ends(heard: Handlers, desk: Desk) -> None:
    @heard.on_batch(ReferralStatusChanged)
    async def give_back_what_ended_referrals_held(events: Sequence[ReferralStatusChanged], tx: Tx) -> None:
        await ending.hear_ends(tx, events, desk.policies)
        ended = [event.referral_id for event in events if is_end(event.status.value)]
        await meeting.release_seats_of(tx, ended)


def _hear_timers_of_referrals(heard: Handlers, desk: Desk) -> None:
    @heard.on_timer(ending.REFERRAL_END)
    async def end_what_somebody_had_in_hand(timer: Timer, tx: Tx) -> None:
        await ending.end_after_all(tx, UUID(timer.key), desk.policies)
        await meeting.release_seats_of(tx, [UUID(timer.key)])

    @heard.on_timer(PROPOSAL_EXPIRY)
    async def lapse_an_unanswered_proposal(timer: Timer, tx: Tx) -> None:
        await answering.lapse(tx, UUID(timer.key), desk)

    @heard.on_timer(looking.WAITLIST_SWEEP)
    async def look_again_for_those_who_wait(timer: Timer, tx: Tx) -> None:
        await waking.sweep(tx, looking.region_of(timer.facts), looking.turn_of(timer.facts), desk)


def _hear_timers_of_offers(heard: Handlers, desk: Desk) -> None:
    @heard.on_timer(offering.OFFER_RESUME)
    async def resume_an_offer_whose_pause_is_over(timer: Timer, tx: Tx) -> None:
        await offering.pause_is_over(tx, UUID(timer.key), desk.policies)

    @heard.on_timer(OFFER_REVIEW)
    async def review_what_an_offer_can_do_now(timer: Timer, tx: Tx) -> None:
        await offering.look_again(tx, UUID(timer.key), desk.policies)

    @heard.on_timer(meeting.SEAT_EXPIRY)
    async def give_back_a_seat_nobody_took(timer: Timer, tx: Tx) -> None:
        await meeting.expire_seat(tx, UUID(timer.key))


async def _match(tx: Tx, arrivals: Sequence[Request], because: Mapping[UUID, Event], desk: Desk) -> None:
    """Find somebody for referrals we hear of for the first time; those we know already are left as they stand."""
    new = await requests.add(tx.conn, arrivals, tx.now)
    if new:
        await ask(tx, [Seeker(standing, because[referral]) for referral, standing in new.items()], desk)
