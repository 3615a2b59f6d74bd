"""Event handlers of notifications. NoticeDelivered and NoticeFailed have none: there are no notices about notices."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.consume import Handlers, Timer
from alongside_chassis.lifecycle import (
    add_erased,
    channels_of_partners,
    expire_erasures,
    hear_partner_channels,
)
from alongside_contracts.ids import new_id
from alongside_contracts.intake import (
    PartnerStreamPaused,
    PartnerStreamResumed,
    PersonErased,
    SubmissionEscalated,
)
from alongside_contracts.matching import MatchLapsed, MatchWithdrawn
from alongside_contracts.referrals import ReferralOverdue, ReferralStatusChanged
from alongside_contracts.vocabulary import Channel
from alongside_notifications import escalations, store
from alongside_notifications.announcements import announce_reached
from alongside_notifications.domain import audience, ladder
from alongside_notifications.domain.ladder import PAGE_PAUSE_MAX, UNACKNOWLEDGED, Escalation, Ladders
from alongside_notifications.domain.notice import News, Notice, Subject, notices
from alongside_notifications.domain.present import ReferralState
from alongside_notifications.domain.rules import CRISIS
from alongside_notifications.journey_notices import Circumstances, JourneyEvent, notices_for, state_after
from alongside_notifications.stream_notices import StreamEvent, stream_notices

NamesPartner: TypeAlias = ReferralStatusChanged | ReferralOverdue
CRISIS_RETRY_EVERY: Final = timedelta(minutes=1)
"""How often a page that keeps failing is retried: a person may be in danger. Other timers are retried daily."""


def notifications_handlers(*, ladders: Ladders, crisis_step: timedelta) -> Handlers:
    """Return the handlers of everything this service hears."""
    handlers = Handlers()

    async def record_notices(events: Sequence[JourneyEvent], tx: Tx) -> None:
        await _record_notices(tx, events, ladders)

    handlers.on_batch(ReferralStatusChanged)(record_notices)
    handlers.on_batch(MatchLapsed)(record_notices)
    handlers.on_batch(MatchWithdrawn)(record_notices)
    handlers.on_batch(ReferralOverdue)(record_notices)

    _page_in_crises(handlers, ladders, crisis_step)
    _report_streams(handlers, ladders)
    _hear_erasures(handlers)
    hear_partner_channels(handlers)
    return handlers


def _page_in_crises(handlers: Handlers, ladders: Ladders, crisis_step: timedelta) -> None:
    """Register the handlers that page coordinators in turn until one acknowledges the crisis."""

    @handlers.on(SubmissionEscalated)
    async def page_on_call(event: SubmissionEscalated, tx: Tx) -> None:
        escalation = ladder.start_escalation(
            cause=tx.cause_of(event),
            submission_id=event.submission_id,
            region=event.region,
            ladders=ladders,
            now=tx.now,
            acknowledge_by=event.acknowledge_by,
        )
        await escalations.raise_escalation(tx, escalation)
        await _page(tx, escalation)

    @handlers.on_timer(
        UNACKNOWLEDGED, retry_every=CRISIS_RETRY_EVERY, pause_max=max(crisis_step, PAGE_PAUSE_MAX)
    )
    async def page_next(timer: Timer, tx: Tx) -> None:
        escalation = await escalations.open_escalation_for_update(tx, timer.key)
        if escalation is None:
            return  # acknowledged while the timer came due
        escalation = ladder.advance_escalation(
            escalation, ladders=ladders, now=tx.now, time_to_acknowledge=crisis_step
        )
        await escalations.save_step(tx, escalation)
        await _page(tx, escalation)


def _hear_erasures(handlers: Handlers) -> None:
    """Register the handlers of erasures."""
    expire_erasures(handlers)

    @handlers.on_batch(PersonErased)
    async def erase_notices(events: Sequence[PersonErased], tx: Tx) -> None:
        erased_at: dict[UUID, datetime] = {event.person_id: event.erased_at for event in events}
        await add_erased(tx, erased_at)
        await store.erase_notices_to(tx, erased_at.keys())


def _report_streams(handlers: Handlers, ladders: Ladders) -> None:
    """Register the handlers of pauses of partners' streams."""

    @handlers.on(PartnerStreamPaused)
    async def report_unread(event: PartnerStreamPaused, tx: Tx) -> None:
        if await store.reported_read_again(tx, event.partner, event.paused_at):
            return  # replayed from the dead letters after the stream was resumed
        await _record_stream_notices(tx, event, ladders)

    @handlers.on(PartnerStreamResumed)
    async def report_read_again(event: PartnerStreamResumed, tx: Tx) -> None:
        await _record_stream_notices(tx, event, ladders)


async def _record_notices(tx: Tx, events: Sequence[JourneyEvent], ladders: Ladders) -> None:
    """Store the notices of all events and the referrals' states at once, and announce what reached its recipient by that."""
    partners = {event.partner for event in events if isinstance(event, NamesPartner) and event.partner}
    known = Circumstances(ladders, await channels_of_partners(tx.conn, partners))
    states = await store.states_of(tx.conn, {event.referral_id for event in events})
    changed: dict[UUID, ReferralState] = {}
    by_event = []
    for event in events:
        before = states.get(event.referral_id)
        by_event.append((event, notices_for(event, tx.cause_of(event), known.at(before))))
        if isinstance(event, ReferralStatusChanged) and (before is None or before.sequence < event.sequence):
            changed[event.referral_id] = states[event.referral_id] = state_after(event)
    await store.save_states(tx, changed.values())
    new_ids = await store.record(
        tx, [(notice, tx.causes[id(event)].trace) for event, group in by_event for notice in group]
    )
    for event, group in by_event:
        tx.caused_by(event)
        _announce_in_app(tx, new_ids, group)


def _announce_in_app(tx: Tx, new_ids: set[UUID], recorded: Iterable[Notice]) -> None:
    for notice in recorded:
        if notice.is_reached_when_stored and notice.id in new_ids:
            announce_reached(tx, notice, channel=Channel.IN_APP)


async def _record_stream_notices(tx: Tx, event: StreamEvent, ladders: Ladders) -> None:
    trace = tx.causes[id(event)].trace
    recorded = stream_notices(event, tx.cause_of(event), ladders=ladders)
    await store.record(tx, [(notice, trace) for notice in recorded])


async def _page(tx: Tx, escalation: Escalation) -> None:
    """Page one coordinator by every channel, and set the timer that pages the next."""
    news = News(escalation.page_cause, CRISIS, Subject(submission_id=escalation.submission_id), urgent=True)
    paged = notices(news, [audience.coordinator_recipient(escalation.coordinator)], new_id=new_id)
    trace: Mapping[str, str] = tx.current.trace if tx.current else {}
    await store.record(tx, [(notice, trace) for notice in paged])
    tx.set_timer(UNACKNOWLEDGED, escalation.cause, escalation.acknowledge_by)
