"""Event and timer handlers: load, decide, record, announce. Events of other services become commands of the machine."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from alongside_chassis.announce import Sending, Tx, find_sending
from alongside_chassis.consume import Handlers, Timer
from alongside_chassis.errors import Unprocessable
from alongside_chassis.lifecycle import (
    add_erased,
    channels_of_partners,
    expire_erasures,
    hear_partner_channels,
)
from alongside_contracts.ids import PersonId
from alongside_contracts.intake import (
    ConsentChanged,
    PersonErased,
    SubmissionAdmitted,
    SubmissionAmended,
    SubmissionWithdrawn,
)
from alongside_contracts.matching import (
    MatchAccepted,
    MatchDeclined,
    MatchLapsed,
    MatchProposed,
    MatchWaitlisted,
    MatchWithdrawn,
)
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.partner import PARTNER_CHANNELS
from alongside_contracts.streams import PARTNER_STATUS
from alongside_contracts.vocabulary import Actor, Channel, ProblemCode, Reason
from alongside_referrals import store
from alongside_referrals.announcements import (
    DUE,
    LOOK_EVERY,
    LOOK_EVERY_WHILE_UNSENDABLE,
    LOOKS,
    UPDATE_SENT,
    UPDATE_UNSENDABLE,
    announce_overdue,
    look_for_acknowledgement,
)
from alongside_referrals.domain.codes import WaitKind
from alongside_referrals.domain.commands import (
    Accept,
    Amend,
    Decline,
    Erase,
    Fact,
    Lapse,
    Propose,
    Recall,
    RestoreConsent,
    RevokeConsent,
    TakeBack,
    Waitlist,
    Withdraw,
)
from alongside_referrals.domain.decisions import Refused, Stale, TimelineOnly, Transitioned
from alongside_referrals.domain.due import Overdue, RecallDue, assign_coordinator, escalate
from alongside_referrals.domain.loop import (
    ClosedLoop,
    NoticeResult,
    apply_acknowledged_update,
    apply_notice,
    can_close_loop,
)
from alongside_referrals.domain.machine import Decision, decide
from alongside_referrals.domain.policy import Policies
from alongside_referrals.domain.referral import Referral
from alongside_referrals.recording import announce_change, open_drafts, record
from alongside_referrals.store import AnnouncedChange

MatchEvent = (
    MatchProposed | MatchAccepted | MatchDeclined | MatchLapsed | MatchWithdrawn | MatchWaitlisted
)  # fmt: skip
ChangeEvent = SubmissionAmended | ConsentChanged | SubmissionWithdrawn
NoticeEvent = NoticeDelivered | NoticeFailed
E = TypeVar("E", bound=MatchEvent | ChangeEvent | NoticeEvent)
RuleResult = ClosedLoop | Decision
"""Everything the rules may decide about an event."""
EventRule = Callable[[Referral, E, Tx], RuleResult]


def handlers(policies: Policies) -> Handlers:
    """Return the handlers of everything the service hears, with the regions' policies."""
    registry = Handlers()
    _register_intake(registry, policies)
    _register_changes(registry, policies)
    _register_matching(registry, policies)
    _register_notifications(registry)
    _register_erasures(registry, policies)
    _register_timers(registry, policies)
    hear_partner_channels(registry)
    return registry


def _register_intake(registry: Handlers, policies: Policies) -> None:
    @registry.on_batch(SubmissionAdmitted)
    async def open_referrals(events: Sequence[SubmissionAdmitted], tx: Tx) -> None:
        drafts = [(_draft(event), event.request.model_dump_json(exclude_none=True)) for event in events]
        opened = await open_drafts(tx, drafts, policies)
        changes = []
        for event in events:
            tx.caused_by(event)
            transition = opened.pop(event.referral_id, None)
            changes.extend([announce_change(tx, transition)] if transition else [])
        await store.append_timeline(tx.conn, changes)


def _register_changes(registry: Handlers, policies: Policies) -> None:
    def decide_change(referral: Referral, event: ChangeEvent, tx: Tx) -> Decision:
        region = event.request.region if isinstance(event, SubmissionAmended) else referral.region
        return decide(referral, change_fact(event), tx.now, policies.of(region))

    @registry.on_batch(SubmissionAmended)
    async def follow_amendments(events: Sequence[SubmissionAmended], tx: Tx) -> None:
        followed = await _apply_events(events, tx, decide_change)
        await store.replace_requests(
            tx.conn,
            {event.referral_id: event.request.model_dump_json(exclude_none=True) for event in followed},
        )

    @registry.on_batch(ConsentChanged)
    async def follow_consents(events: Sequence[ConsentChanged], tx: Tx) -> None:
        await _apply_events(events, tx, decide_change)

    @registry.on_batch(SubmissionWithdrawn)
    async def cancel_withdrawn(events: Sequence[SubmissionWithdrawn], tx: Tx) -> None:
        await _apply_events(events, tx, decide_change)


def _register_matching(registry: Handlers, policies: Policies) -> None:
    def decide_match(referral: Referral, event: MatchEvent, tx: Tx) -> Decision:
        return decide(referral, _fact(event), tx.now, policies.of(referral.region))

    async def apply_matches(events: Sequence[MatchEvent], tx: Tx) -> None:
        await _apply_events(events, tx, decide_match)

    registry.on_batch(MatchProposed)(apply_matches)
    registry.on_batch(MatchAccepted)(apply_matches)
    registry.on_batch(MatchDeclined)(apply_matches)
    registry.on_batch(MatchLapsed)(apply_matches)
    registry.on_batch(MatchWithdrawn)(apply_matches)
    registry.on_batch(MatchWaitlisted)(apply_matches)


def _register_notifications(registry: Handlers) -> None:
    async def apply_notices(events: Sequence[NoticeEvent], tx: Tx) -> None:
        await _apply_events([event for event in events if _may_close_loop(event)], tx, _decide_notice)

    registry.on_batch(NoticeDelivered)(apply_notices)
    registry.on_batch(NoticeFailed)(apply_notices)


def _register_erasures(registry: Handlers, policies: Policies) -> None:
    expire_erasures(registry)

    @registry.on_batch(PersonErased)
    async def cancel_referrals_of_erased(events: Sequence[PersonErased], tx: Tx) -> None:
        erasures = {event.person_id: event for event in events}
        await add_erased(tx, {event.person_id: event.erased_at for event in events})
        changes = []
        for referral in await store.lock_open_of(tx.conn, erasures.keys()):
            tx.caused_by(erasures[PersonId(referral.person_id)])
            decision = decide(referral, Erase(actor=Actor.COORDINATOR), tx.now, policies.of(referral.region))
            if isinstance(decision, Transitioned):
                changes.append(announce_change(tx, decision))
        if changes:
            await store.update_referrals(tx.conn, changes)
        await store.erase_people(tx.conn, erasures.keys())


def _register_timers(registry: Handlers, policies: Policies) -> None:
    @registry.on_timer(DUE)
    async def check_due_time(timer: Timer, tx: Tx) -> None:
        referral = (await store.lock_referrals(tx.conn, [UUID(timer.key)])).get(UUID(timer.key))
        if referral is not None:
            await _escalate(referral, tx, policies)

    @registry.on_timer(UPDATE_UNSENDABLE, pause_max=LOOK_EVERY_WHILE_UNSENDABLE)
    @registry.on_timer(UPDATE_SENT, pause_max=LOOK_EVERY)
    async def close_by_update(timer: Timer, tx: Tx) -> None:
        referral = (await store.lock_referrals(tx.conn, [UUID(timer.key)])).get(UUID(timer.key))
        if referral is not None and referral.partner is not None:
            await _close_by_update(referral, referral.partner, tx, policies, looks=int(timer.facts[LOOKS]))

    @registry.on_timer_failed(DUE)
    async def assign_coordinator_after_failure(timer: Timer, again_at: datetime, tx: Tx) -> None:
        referral = (await store.lock_referrals(tx.conn, [UUID(timer.key)])).get(UUID(timer.key))
        if referral is None:
            return
        match assign_coordinator(referral, tx.now, again_at):
            case Overdue() as overdue:
                announce_overdue(tx, overdue.referral, overdue.late, Actor.COORDINATOR, again_at)
                await store.update_referrals(
                    tx.conn, [AnnouncedChange(overdue.referral, overdue.entry, tx.cause)]
                )
            case Stale():
                pass  # the referral has ended


async def _apply_events(events: Sequence[E], tx: Tx, rule: EventRule[E]) -> list[E]:
    """Apply a rule to events: 1 lock; 2 decide and announce, event by event; 3 store. Three statements in all.

    Returns the events that changed something, in order. An event about a referral that never began, because its person was
    erased, changes nothing. Raises Unprocessable for any other referral that was never admitted: on an ordered stream that
    is the sender's mistake.
    """
    if not events:
        return []
    referrals = await store.lock_referrals(tx.conn, [event.referral_id for event in events])  # 1
    changes, effective = [], []
    for event in await _about_known(events, referrals, tx):
        tx.caused_by(event)
        match rule(referrals[event.referral_id], event, tx):  # 2
            case Transitioned() | TimelineOnly() | ClosedLoop() as change:
                changes.append(announce_change(tx, change))
                referrals[event.referral_id] = changes[-1].referral
                effective.append(event)
            case Stale() | Refused():
                pass  # a later fact was applied before
    if changes:
        await store.update_referrals(tx.conn, changes)  # 3
    return effective


async def _about_known(events: Sequence[E], known: Collection[UUID], tx: Tx) -> list[E]:
    """Return the events about known referrals. Raises Unprocessable for one that is unknown and no stale admission's."""
    unknown = {event.referral_id for event in events} - set(known)
    if unknown - await store.find_stale_admissions(tx.conn, unknown):
        raise _unknown_referral()
    return [event for event in events if event.referral_id not in unknown]


async def _escalate(referral: Referral, tx: Tx, policies: Policies) -> None:
    policy = policies.of(referral.region)
    match escalate(referral, tx.now, policy):
        case Overdue() as overdue:
            await record(tx, overdue, policies)
        case RecallDue(late=late):
            recalled = decide(
                referral, Recall(actor=Actor.COORDINATOR, reason=Reason.NO_RESPONSE), tx.now, policy
            )
            if isinstance(recalled, Transitioned):
                first_rung = policy.ladders[WaitKind.MATCH].rungs[0]
                due_at = policy.calendar.after(tx.now, first_rung.within)
                announce_overdue(tx, referral, late, first_rung.actor, due_at)
                await record(tx, recalled, policies)
        case Stale():
            pass  # somebody acted in time


async def _close_by_update(
    referral: Referral, partner: str, tx: Tx, policies: Policies, *, looks: int
) -> None:
    """Close the loop of a partner that reads its stream once Kafka acknowledged the update about the end, or ask again later."""
    notified = apply_acknowledged_update(referral, tx.now)
    if isinstance(notified, Stale):
        return  # a notice was delivered before
    chosen = await channels_of_partners(tx.conn, {partner})
    if Channel.STREAM not in chosen.get(partner, PARTNER_CHANNELS):
        return  # a notice by e-mail closes it
    topic, key = PARTNER_STATUS.topic(partner), referral.reference.encode()
    match await find_sending(tx.conn, topic=topic, key=key, shards=tx.shards):
        case Sending.ACKNOWLEDGED:
            await record(tx, notified, policies)
        case Sending.WAITING:
            look_for_acknowledgement(tx, referral, looks=looks + 1)
        case Sending.UNSENDABLE:
            look_for_acknowledgement(tx, referral, looks=looks, unsendable=True)
        case Sending.DROPPED:
            pass  # the partner was never notified


def _unknown_referral() -> Unprocessable:
    return Unprocessable(
        ProblemCode.INVALID_FIELD,
        "referral_id",
        "announce the admission of this referral before anything about it",
    )


def _draft(event: SubmissionAdmitted) -> Referral:
    return Referral(
        id=event.referral_id,
        person_id=event.person_id,
        reference=event.reference,
        region=event.request.region,
        partner=event.partner,
    )


def _fact(event: MatchEvent) -> Fact:
    match event:
        case MatchProposed():
            return Propose(
                actor=Actor.MATCHING,
                proposal_id=event.proposal_id,
                offer_id=event.offer_id,
                offer_kind=event.offer_kind,
                attempt=event.attempt,
                answer_by=event.expires_at,
            )
        case MatchAccepted():
            return Accept(
                actor=Actor.TARGET,
                proposal_id=event.proposal_id,
                offer_id=event.offer_id,
                offer_kind=event.offer_kind,
            )
        case MatchDeclined():
            return Decline(actor=Actor.TARGET, reason=event.reason, proposal_id=event.proposal_id)
        case MatchLapsed():
            return Lapse(actor=Actor.MATCHING, reason=Reason.NO_RESPONSE, proposal_id=event.proposal_id)
        case MatchWithdrawn():
            # Its reason, new in this release, stays out of the status: readers of the release before would refuse it.
            return TakeBack(actor=Actor.MATCHING, proposal_id=event.proposal_id)
        case MatchWaitlisted():
            return Waitlist(actor=Actor.MATCHING)


def change_fact(event: ChangeEvent) -> Fact:
    """Return what an announcement of intake about an open referral means to the machine."""
    match event:
        case SubmissionAmended():
            return Amend(actor=Actor.REQUESTER, sequence=event.sequence, region=event.request.region)
        case ConsentChanged(covers=True):
            return RestoreConsent(actor=Actor.PERSON, sequence=event.sequence)
        case ConsentChanged():
            return RevokeConsent(actor=Actor.PERSON, sequence=event.sequence)
        case SubmissionWithdrawn():
            return Withdraw(actor=Actor.REQUESTER, reason=event.reason)


def _decide_notice(referral: Referral, event: NoticeEvent, tx: Tx) -> ClosedLoop | TimelineOnly | Stale:
    """Apply a notice. When it failed, the update on the partner's stream may still notify it.

    An end that an instance of the release before announced, during an upgrade, is looked for by nothing else.
    """
    decision = apply_notice(referral, _notice(event), tx.now)
    if (
        isinstance(event, NoticeFailed)
        and isinstance(decision, TimelineOnly)
        and referral.partner is not None
    ):
        look_for_acknowledgement(tx, referral, looks=0)
    return decision


def _notice(event: NoticeEvent) -> NoticeResult:
    about = event.about_status if isinstance(event, NoticeDelivered) else None
    return NoticeResult(
        role=event.role,
        cause=event.cause,
        about=about,
        delivered=isinstance(event, NoticeDelivered),
    )


def _may_close_loop(event: NoticeEvent) -> bool:
    notice = _notice(event)
    return can_close_loop(notice.role, notice.about, delivered=notice.delivered)
