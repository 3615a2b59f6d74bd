"""Who must act next, and until when; and who is asked instead when they did not. No referral stalls silently."""

from dataclasses import dataclass, replace
from datetime import datetime

from alongside_referrals.domain.codes import TERMINAL, Actor, Business, OfferKind, Status, Wait, What
from alongside_referrals.domain.decisions import Entry, Stale
from alongside_referrals.domain.policy import AtTheTop, Ladder, Policy, Rung
from alongside_referrals.domain.referral import Referral, Waiting


@dataclass(frozen=True, slots=True)
class Overdue:
    """`late` let the due time pass; the referral now waits for the next party on the ladder."""

    referral: Referral
    entry: Entry
    late: Actor


@dataclass(frozen=True, slots=True)
class RecallDue:
    """Everybody on the ladder was late, `late` last: the referral must be recalled and matched anew."""

    late: Actor


def next_waiting(
    referral: Referral, status: Status, business: Business | None, now: datetime, policy: Policy
) -> Waiting | None:
    """The first rung for a referral about to be in that state; None when it ends there."""
    wait = wait_of(status, business)
    if wait is None:
        return None
    rung = policy.ladders[wait].rungs[0]
    due_at = policy.calendar.after(_counted_from(wait, referral, now), rung.within)
    if wait is Wait.RESPONSE and referral.answer_by is not None:
        due_at = min(due_at, referral.answer_by)
    if wait is Wait.PROGRESS:
        due_at = min(due_at, policy.calendar.after(referral.noted_at or now, policy.note_within))
    return Waiting(wait, _asked(rung, referral), due_at)


def wait_of(status: Status, business: Business | None) -> Wait | None:
    """What a referral in that state waits for; None for an ended one."""
    if status in TERMINAL:
        return None
    match status, business:
        case Status.REQUESTED, Business.AWAITING_RESPONSE:
            return Wait.RESPONSE
        case Status.REQUESTED, Business.WAITLISTED:
            return Wait.PLACE
        case Status.ACCEPTED, Business.CONTACTED:
            return Wait.PROGRESS
        case Status.ACCEPTED, _:
            return Wait.FIRST_CONTACT
        case Status.IN_PROGRESS, _:
            return Wait.PROGRESS
        case Status.ON_HOLD, _:
            return Wait.HOLD_REVIEW
        case _:
            return Wait.MATCH


def escalate(referral: Referral, now: datetime, policy: Policy) -> Overdue | RecallDue | Stale:
    """What follows from a due time: nothing when somebody acted meanwhile, else the next rung, at the top a recall."""
    waiting = referral.waiting
    if waiting is None or waiting.due_at > now:
        return Stale()
    if _place_given_up(referral, waiting, now):
        # The offer's time to answer is over: a nudge would be too late, it is matching that must ask the next one.
        return _overdue(referral, waiting, wait=Wait.MATCH, rung=0, now=now, policy=policy)
    ladder = policy.ladders[waiting.wait]
    if waiting.rung + 1 < len(ladder.rungs) or ladder.at_the_top is AtTheTop.ASK_AGAIN:
        return _overdue(referral, waiting, wait=waiting.wait, rung=waiting.rung + 1, now=now, policy=policy)
    return RecallDue(waiting.actor)


def hand_over(referral: Referral, now: datetime, due_at: datetime) -> Overdue | Stale:
    """Make the coordinator the next actor, until `due_at`: what should have looked after the due time has failed.

    It stands for the next rung of the ladder, so that the referral shows as overdue at once.
    """
    late = referral.waiting
    if late is None:
        return Stale()
    waiting = replace(late, actor=Actor.COORDINATOR, due_at=due_at, rung=max(late.rung, 1))
    after = replace(referral, waiting=waiting, entries=referral.entries + 1)
    return Overdue(after, Entry(What.OVERDUE, now, late.actor, referral.status), late.actor)


def _overdue(
    referral: Referral, late: Waiting, *, wait: Wait, rung: int, now: datetime, policy: Policy
) -> Overdue:
    step = _rung(policy.ladders[wait], rung)
    due_at = policy.calendar.after(now, step.within)
    if wait is Wait.RESPONSE and referral.answer_by is not None:
        due_at = min(due_at, referral.answer_by)
    after = replace(
        referral,
        waiting=Waiting(wait, _asked(step, referral), due_at, rung),
        entries=referral.entries + 1,
    )
    return Overdue(after, Entry(What.OVERDUE, now, late.actor, referral.status), late.actor)


def _place_given_up(referral: Referral, waiting: Waiting, now: datetime) -> bool:
    return waiting.wait is Wait.RESPONSE and referral.answer_by is not None and referral.answer_by <= now


def _rung(ladder: Ladder, rung: int) -> Rung:
    return ladder.rungs[min(rung, len(ladder.rungs) - 1)]


def _asked(rung: Rung, referral: Referral) -> Actor:
    """Only supporters have a supervisor; for groups and services the coordinator looks after it."""
    if rung.actor is Actor.SUPERVISOR and referral.offer_kind is not OfferKind.SUPPORTER:
        return Actor.COORDINATOR
    return rung.actor


def _counted_from(wait: Wait, referral: Referral, now: datetime) -> datetime:
    return referral.contact_at or now if wait is Wait.PROGRESS else now
