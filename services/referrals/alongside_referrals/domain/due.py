"""The next actor of a referral and its due time, and the next rung when the due time passes. No referral stalls silently."""

from dataclasses import dataclass, replace
from datetime import datetime

from alongside_contracts.vocabulary import TERMINAL, Actor, BusinessStatus, OfferKind, Status
from alongside_referrals.domain.codes import EntryKind, WaitKind
from alongside_referrals.domain.decisions import Entry, Stale
from alongside_referrals.domain.policy import Ladder, LastRungAction, Policy, Rung
from alongside_referrals.domain.referral import Referral, Waiting


@dataclass(frozen=True, slots=True)
class Overdue:
    """`late` let the due time pass; the referral now waits for the next party on the ladder."""

    referral: Referral
    entry: Entry
    late: str


@dataclass(frozen=True, slots=True)
class RecallDue:
    """Everybody on the ladder was late, `late` last: the referral must be recalled and matched again."""

    late: str


def begin_wait(kind: WaitKind, referral: Referral, now: datetime, policy: Policy) -> Waiting:
    """Return whom a referral that begins to wait for this waits for, at the first rung."""
    rung = policy.ladders[kind].rungs[0]
    due_at = policy.calendar.after(_start_of_wait(kind, referral, now), rung.within)
    if kind is WaitKind.RESPONSE and referral.answer_by is not None:
        due_at = min(due_at, referral.answer_by)
    if kind is WaitKind.PROGRESS:
        due_at = min(due_at, policy.calendar.after(referral.noted_at or now, policy.note_within))
    return Waiting(kind, _responsible_actor(rung, referral), due_at)


def wait_kind_of(status: Status, business: str | None) -> WaitKind | None:
    """Return what a referral in that state waits for; None for an ended one."""
    if status in TERMINAL:
        return None
    match status, business:
        case Status.REQUESTED, BusinessStatus.AWAITING_RESPONSE:
            return WaitKind.RESPONSE
        case Status.REQUESTED, BusinessStatus.WAITLISTED:
            return WaitKind.PLACE
        case Status.ACCEPTED, BusinessStatus.CONTACTED:
            return WaitKind.PROGRESS
        case Status.ACCEPTED, _:
            return WaitKind.FIRST_CONTACT
        case Status.IN_PROGRESS, _:
            return WaitKind.PROGRESS
        case Status.ON_HOLD, BusinessStatus.CONSENT_REVOKED:
            return WaitKind.CHANGE_REVIEW
        case Status.ON_HOLD, _:
            return WaitKind.HOLD_REVIEW
        case _:
            return WaitKind.MATCH


def escalate(referral: Referral, now: datetime, policy: Policy) -> Overdue | RecallDue | Stale:
    """Return what follows from a due time: `Stale` when somebody acted meanwhile, else the next rung.

    After the last rung the policy decides: the same actor is asked again, or the referral is recalled. Without the
    person's consent it is never recalled, because a recall returns it to matching.
    """
    waiting = referral.waiting
    if waiting is None or waiting.due_at > now:
        return Stale()
    if _answer_time_is_over(referral, waiting, now):
        # The offer's time to answer is over: a reminder would be too late, matching must ask the next offer.
        return _overdue(referral, waiting, kind=WaitKind.MATCH, rung_index=0, now=now, policy=policy)
    ladder = policy.ladders[waiting.kind]
    asks_again = ladder.at_the_top is LastRungAction.ASK_AGAIN or not referral.consent_covers
    if waiting.rung + 1 < len(ladder.rungs) or asks_again:
        return _overdue(
            referral, waiting, kind=waiting.kind, rung_index=waiting.rung + 1, now=now, policy=policy
        )
    return RecallDue(waiting.actor)


def assign_coordinator(referral: Referral, now: datetime, due_at: datetime) -> Overdue | Stale:
    """Make the coordinator the next actor, until `due_at`: the handler of the due time has failed.

    The rung becomes at least 1, so that the referral is shown as overdue at once.
    """
    late = referral.waiting
    if late is None:
        return Stale()
    now = referral.time_of_next_entry(now)
    waiting = replace(late, actor=Actor.COORDINATOR, due_at=due_at, rung=max(late.rung, 1))
    after = replace(referral, waiting=waiting, entries=referral.entries + 1, changed_at=now)
    return Overdue(after, Entry(EntryKind.OVERDUE, now, late.actor, referral.status), late.actor)


def _overdue(
    referral: Referral, late: Waiting, *, kind: WaitKind, rung_index: int, now: datetime, policy: Policy
) -> Overdue:
    rung, now = _rung(policy.ladders[kind], rung_index), referral.time_of_next_entry(now)
    due_at = policy.calendar.after(now, rung.within)
    if kind is WaitKind.RESPONSE and referral.answer_by is not None:
        due_at = min(due_at, referral.answer_by)
    after = replace(
        referral,
        waiting=Waiting(kind, _responsible_actor(rung, referral), due_at, rung_index),
        entries=referral.entries + 1,
        changed_at=now,
    )
    return Overdue(after, Entry(EntryKind.OVERDUE, now, late.actor, referral.status), late.actor)


def _answer_time_is_over(referral: Referral, waiting: Waiting, now: datetime) -> bool:
    return waiting.kind is WaitKind.RESPONSE and referral.answer_by is not None and referral.answer_by <= now


def _rung(ladder: Ladder, index: int) -> Rung:
    return ladder.rungs[min(index, len(ladder.rungs) - 1)]


def _responsible_actor(rung: Rung, referral: Referral) -> str:
    """Return the actor of a rung. Only supporters have a supervisor; for groups and services the coordinator acts."""
    if rung.actor == Actor.SUPERVISOR and referral.offer_kind is not OfferKind.SUPPORTER:
        return Actor.COORDINATOR
    return rung.actor


def _start_of_wait(kind: WaitKind, referral: Referral, now: datetime) -> datetime:
    return referral.contact_at or now if kind is WaitKind.PROGRESS else now
