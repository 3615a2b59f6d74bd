"""Announces a change: the referral's state as events of the contracts, and its due time as a durable timer."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from alongside_chassis.announce import Tx
from alongside_contracts.ids import OfferId, PersonId, ReferralId
from alongside_contracts.intake import SupportRequest
from alongside_contracts.partner import ReferralUpdated
from alongside_contracts.referrals import (
    FeedbackGiven,
    LoopClosed,
    ReferralOverdue,
    ReferralStatusChanged,
    ReferralSucceeded,
)
from alongside_contracts.vocabulary import Actor
from alongside_referrals.domain.decisions import Entry, TimelineOnly, Transitioned
from alongside_referrals.domain.due import Overdue
from alongside_referrals.domain.loop import ClosedLoop
from alongside_referrals.domain.referral import Referral

_ON_LADDER: Final = frozenset({Actor.COORDINATOR, Actor.SUPERVISOR})
"""The parties that are found by the on-call ladder of the referral's region."""
Change: TypeAlias = Transitioned | TimelineOnly | Overdue | ClosedLoop

DUE: Final = "due"
"""The kind of the one timer every open referral has; its key is the referral id."""
UPDATE_SENT: Final = "update-sent"
"""The timer that asks whether Kafka acknowledged the update about an end; its key is the referral id."""
UPDATE_UNSENDABLE: Final = "update-unsendable"
"""The same, while no broker accepts the update and a person must act."""
LOOKS: Final = "looks"
"""The fact of that timer that counts how often it asked."""
_FIRST_LOOK_AFTER: Final = timedelta(seconds=1)
LOOK_EVERY: Final = timedelta(minutes=1)
LOOK_EVERY_WHILE_UNSENDABLE: Final = timedelta(hours=1)


def announce(tx: Tx, change: Change) -> Referral:
    """Announce the change with this commit and set its timer; return the referral, with the id of its closing event."""
    referral = change.referral
    _announce_feedback(tx, referral, change.entry)
    match change:
        case Transitioned(entry=entry):
            event_id = _announce_status_change(tx, referral, entry)
            _set_due_timer(tx, referral)
            return replace(referral, closing_event=event_id) if referral.terminal else referral
        case Overdue(late=late):
            if referral.waiting is not None:
                announce_overdue(tx, referral, late, referral.waiting.actor, referral.waiting.due_at)
            _set_due_timer(tx, referral)
        case ClosedLoop():
            _announce_loop_closed(tx, referral)
        case TimelineOnly():
            pass
    return referral


def announce_overdue(tx: Tx, referral: Referral, late: str, next_actor: str, due_at: datetime) -> None:
    """Announce that `late` let the due time pass, and that `next_actor` must act by `due_at`."""
    tx.announce(
        ReferralOverdue(
            referral_id=ReferralId(referral.id),
            person_id=PersonId(referral.person_id),
            partner=referral.partner,
            offer_id=_offer(referral),
            offer_kind=referral.offer_kind,
            late_actor=late,
            next_actor=next_actor,
            due_at=due_at,
            region=referral.region,
        )
    )


def look_for_acknowledgement(tx: Tx, referral: Referral, *, looks: int, unsendable: bool = False) -> None:
    """Set the timer that asks whether the update about the end was acknowledged; the pauses double, up to a minute.

    While the update is unsendable it waits for a person, and is looked for every hour.

    The relay does not report it: the one of the release before may run beside ours during an upgrade, and deletes the message
    without a word.
    """
    pause = min(_FIRST_LOOK_AFTER * 2 ** min(looks, 10), LOOK_EVERY)
    kind, pause = (UPDATE_UNSENDABLE, LOOK_EVERY_WHILE_UNSENDABLE) if unsendable else (UPDATE_SENT, pause)
    tx.set_timer(kind, str(referral.id), tx.now + pause, {LOOKS: str(looks)})


def announce_successor(tx: Tx, successor: Referral, ended: Referral, request: str) -> None:
    """Announce that `successor` replaces `ended`, so that matching asks another offer, none of those tried before."""
    tx.announce(
        ReferralSucceeded(
            referral_id=ReferralId(successor.id),
            replaces=ReferralId(ended.id),
            person_id=PersonId(successor.person_id),
            partner=successor.partner,
            reference=successor.reference,
            request=SupportRequest.model_validate_json(request),
            excluded_offers=tuple(OfferId(offer) for offer in successor.excluded_offers),
        )
    )


def _set_due_timer(tx: Tx, referral: Referral) -> None:
    """Set the timer of the due time, or cancel it when the referral has ended."""
    if referral.waiting is None:
        tx.cancel_timer(DUE, str(referral.id))
    else:
        tx.set_timer(DUE, str(referral.id), referral.waiting.due_at)


def _announce_status_change(tx: Tx, referral: Referral, entry: Entry) -> str:
    """Announce on the journey, and on the referring partner's stream; return the id of the journey's event.

    The partner of a person who was erased before hears nothing more: its reference is not known any more.
    """
    waiting = referral.waiting
    event = ReferralStatusChanged(
        referral_id=ReferralId(referral.id),
        sequence=referral.sequence,
        person_id=PersonId(referral.person_id),
        partner=referral.partner,
        previous=entry.previous,
        status=referral.status,
        business_status=referral.business,
        reason=referral.reason,
        outcome=referral.outcome,
        actor=entry.actor,
        offer_id=_offer(referral),
        offer_kind=referral.offer_kind,
        next_actor=waiting.actor if waiting else None,
        due_at=waiting.due_at if waiting else None,
        region=referral.region if waiting and waiting.actor in _ON_LADDER else None,
    )
    if referral.partner is not None and not referral.is_erased:
        tx.announce(_updated(event, referral.partner, referral.reference), partner=referral.partner)
        if referral.terminal:
            look_for_acknowledgement(tx, referral, looks=0)
    return tx.announce(event)


def _updated(event: ReferralStatusChanged, partner: str, reference: str) -> ReferralUpdated:
    return ReferralUpdated(
        partner=partner,
        reference=reference,
        referral_id=event.referral_id,
        sequence=event.sequence,
        status=event.status,
        business_status=event.business_status,
        reason=event.reason,
        outcome=event.outcome,
        due_at=event.due_at,
    )


def _announce_feedback(tx: Tx, referral: Referral, entry: Entry) -> None:
    if entry.feedback is None:
        return
    if referral.offer_id is None or referral.offer_kind is None:
        raise ValueError("feedback requires an assigned offer")
    tx.announce(
        FeedbackGiven(
            referral_id=ReferralId(referral.id),
            person_id=PersonId(referral.person_id),
            offer_id=OfferId(referral.offer_id),
            offer_kind=referral.offer_kind,
            actor=entry.actor,
            fit=entry.feedback.fit,
            rematch=entry.feedback.rematch,
            meetings=entry.feedback.meetings,
        )
    )


def _announce_loop_closed(tx: Tx, referral: Referral) -> None:
    if referral.outcome is None:
        raise ValueError("a closed loop requires an outcome")
    tx.announce(
        LoopClosed(
            referral_id=ReferralId(referral.id),
            status=referral.status,
            outcome=referral.outcome,
        )
    )


def _offer(referral: Referral) -> OfferId | None:
    return OfferId(referral.offer_id) if referral.offer_id else None
