"""Reports refused records, pauses and resumptions on a partner's status stream, and what was kept back until it registered."""

from typing import Final

from alongside_chassis.announce import Tx
from alongside_chassis.consume import (
    Handlers,
    Paused,
    Quarantine,
    Refusal,
    Timer,
    dead_letters,
)
from alongside_chassis.lifecycle import cause_of_refusal, refusal_of
from alongside_contracts import streams
from alongside_intake import announcements
from alongside_intake.danger import store as danger_store
from alongside_intake.danger.hearing import record_id
from alongside_intake.partners import store
from alongside_intake.partners.pauses import StreamPause
from alongside_intake.partners.store import Registration
from alongside_intake.partners.summarising import have_summarised, set_summary_timer
from alongside_intake.people.erasure import Erasure, NamedBy, erased_problem

UNANSWERED: Final = "unanswered-refusals"
"""The timer that answers a partner's records which were refused before its registration; its key is the partner's id."""
ANSWERED_AT_ONCE_MAX: Final = 100


def answer_partners(handlers: Handlers, erasure: Erasure) -> None:
    """Register the handlers that report refused records, pauses and resumptions on the partner's status stream.

    An unregistered partner has no status stream: it is answered when it is registered. Its pauses and resumptions are
    announced to the network all the same.
    """

    @handlers.on_refused(streams.PARTNER_REFERRALS)
    async def answer_refused_record(refused: Refusal, tx: Tx) -> None:
        partner = refused.origin.partner
        registration = await store.find_registration(tx, partner) if partner else None
        if partner is not None and registration is not None:
            await store.settle_unanswered(tx, partner, refused.origin)
            await _answer(refused, partner, erasure, tx)
            await have_summarised(tx, partner, refused.origin)

    @handlers.on_timer(UNANSWERED)
    async def answer_records_refused_before(timer: Timer, tx: Tx) -> None:
        await _answer_kept_back(timer.key, erasure, tx)

    @handlers.on_paused(streams.PARTNER_REFERRALS)
    async def announce_pause(paused: Paused, tx: Tx) -> None:
        partner = paused.quarantine.partner
        registration = await store.find_registration(tx, partner)
        tx.announce(announcements.stream_paused(paused.quarantine, _region_of(registration)))
        pause = StreamPause.of(paused)
        await store.add_pause(tx, pause, is_announced=registration is not None)
        if registration is not None:
            tx.announce(announcements.paused(pause, paused.origin.event_id), partner=partner)

    @handlers.on_resumed(streams.PARTNER_REFERRALS)
    async def announce_resumption(quarantine: Quarantine, tx: Tx) -> None:
        registration = await store.find_registration(tx, quarantine.partner)
        tx.announce(announcements.stream_resumed(quarantine, _region_of(registration), at=tx.now))
        if registration is not None and await _is_pause_announced(tx, quarantine, registration):
            tx.announce(announcements.resumed(quarantine, at=tx.now), partner=quarantine.partner)
        await store.end_pause(tx, quarantine.partner)


async def tell_what_was_before(tx: Tx, partner: str, *, is_new: bool) -> None:
    """Announce to a registered partner that its stream is paused, if it was not announced, and let a new one be answered.

    The records that still wait are stored, and a timer answers them.
    """
    was_paused = await _announce_kept_back_pause(tx, partner)
    if not is_new:
        return
    letters = await dead_letters.waiting_at(tx.conn, streams.PARTNER_REFERRALS.topic(partner))
    if letters:
        await store.add_unanswered(tx, partner, letters)
        tx.set_timer(UNANSWERED, partner, tx.now)
    if letters or was_paused:
        set_summary_timer(tx, partner, tx.now)


def _region_of(registration: Registration | None) -> str | None:
    return None if registration is None else registration.region


async def _is_pause_announced(tx: Tx, quarantine: Quarantine, registration: Registration) -> bool:
    """Announce a pause that ends and was not announced yet; return whether it is announced.

    One that a release before began is not stored here: it was announced if the partner was registered by then.
    """
    if await store.has_pause(tx, quarantine.partner, quarantine.paused_at):
        await _announce_kept_back_pause(tx, quarantine.partner)
        return True
    return registration.registered_at <= quarantine.paused_at


async def _announce_kept_back_pause(tx: Tx, partner: str) -> bool:
    """Announce the open pause of which a partner was not notified; return whether there is one."""
    pause = await store.take_unannounced_pause(tx, partner)
    if pause is None:
        return False
    topic = streams.PARTNER_REFERRALS.topic(partner)
    event_id = await dead_letters.event_id_at(tx.conn, topic, pause.partition, pause.offset)
    tx.announce(announcements.paused(pause, event_id), partner=partner)
    return True


async def _answer_kept_back(partner: str, erasure: Erasure, tx: Tx) -> None:
    """Answer the next records that still wait, in the order of their positions, and set the timer for the others.

    1 lock the dead letters, as a replay does; 2 take what still has to be answered; 3 answer, each in its sender's trace.
    """
    listed = await store.list_unanswered(tx, partner, ANSWERED_AT_ONCE_MAX)
    waiting = await dead_letters.lock_waiting(tx.conn, listed)  # 1
    unanswered = await store.take_unanswered(tx, listed)  # 2
    timer = tx.current
    assert timer is not None  # noqa: S101  (a timer is its own cause)
    for letter in waiting:
        if letter.dead_letter.id in unanswered:
            refused = refusal_of(letter)
            tx.current = cause_of_refusal(refused, letter, timer)
            await _answer(refused, partner, erasure, tx)  # 3
    tx.current = timer
    if len(listed) == ANSWERED_AT_ONCE_MAX:
        tx.set_timer(UNANSWERED, partner, tx.now)


async def _answer(refused: Refusal, partner: str, erasure: Erasure, tx: Tx) -> None:
    name = record_id(refused.origin, refused.value or b"")
    escalated_as = await danger_store.find_by_record(tx.conn, name)
    is_erased = await erasure.record_sent_before(tx, refused.origin, refused.value)
    problem = erased_problem(NamedBy.PERSON) if is_erased else refused.problem
    tx.announce(announcements.refused(partner, problem, refused.origin, escalated_as), partner=partner)
