"""Referrals in every state, a plain policy, and one valid command of each kind, in few words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside_contracts.vocabulary import (
    TERMINAL,
    Actor,
    BusinessStatus,
    Fit,
    OfferKind,
    Outcome,
    Reason,
    Status,
)
from alongside_referrals.domain.business_days import Calendar, Span
from alongside_referrals.domain.codes import WaitKind
from alongside_referrals.domain.commands import (
    Accept,
    Amend,
    AskRematch,
    Cancel,
    Command,
    Complete,
    Decline,
    Erase,
    Fail,
    GiveFeedback,
    Hold,
    Lapse,
    NoteInterim,
    Propose,
    Recall,
    RecordContact,
    Reject,
    Request,
    RestoreConsent,
    Resume,
    Review,
    RevokeConsent,
    Start,
    TakeBack,
    Waitlist,
    Withdraw,
    WithdrawAsError,
)
from alongside_referrals.domain.decisions import Refused, TimelineOnly, Transitioned
from alongside_referrals.domain.machine import decide
from alongside_referrals.domain.policy import Ladder, LastRungAction, Policy, Rung
from alongside_referrals.domain.referral import Referral, Waiting

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday
SOON = NOW + timedelta(hours=4)
PROPOSAL, OFFER, OTHER_OFFER = UUID(int=10), UUID(int=20), UUID(int=21)
TWO_DAYS, ONE_DAY = Span(business_days=2), Span(business_days=1)


def ladder(*rungs: tuple[Actor, Span], then: LastRungAction = LastRungAction.ASK_AGAIN) -> Ladder:
    return Ladder(tuple(Rung(actor, within) for actor, within in rungs), then)


NUDGED = (
    (Actor.TARGET, TWO_DAYS),
    (Actor.TARGET, TWO_DAYS),
    (Actor.SUPERVISOR, ONE_DAY),
)
POLICY = Policy(
    calendar=Calendar(ZoneInfo("America/New_York")),
    ladders={
        WaitKind.MATCH: ladder((Actor.MATCHING, Span(minutes=60)), (Actor.COORDINATOR, ONE_DAY)),
        WaitKind.RESPONSE: ladder(*NUDGED, then=LastRungAction.RECALL),
        WaitKind.PLACE: ladder((Actor.COORDINATOR, Span(business_days=5))),
        WaitKind.FIRST_CONTACT: ladder(*NUDGED, then=LastRungAction.RECALL),
        WaitKind.PROGRESS: ladder((Actor.TARGET, Span(days=14)), (Actor.SUPERVISOR, Span(days=16))),
        WaitKind.HOLD_REVIEW: ladder((Actor.TARGET, Span(days=14))),
        WaitKind.CHANGE_REVIEW: ladder((Actor.COORDINATOR, ONE_DAY)),
    },
    note_within=Span(days=15),
    contact_attempts_min=3,
)
DRAFT = Referral(
    id=UUID(int=1), person_id=UUID(int=2), reference="ref-1", region="us-fl-miami", partner="st-mary-hospital"
)
WAITS = Waiting(WaitKind.MATCH, Actor.MATCHING, SOON)
REQUESTED = replace(DRAFT, status=Status.REQUESTED, waiting=WAITS, sequence=1, entries=1)
ASKED = replace(
    REQUESTED,
    business=BusinessStatus.AWAITING_RESPONSE,
    waiting=Waiting(WaitKind.RESPONSE, Actor.TARGET, SOON),
    proposal_id=PROPOSAL,
    offer_id=OFFER,
    offer_kind=OfferKind.SUPPORTER,
    answer_by=SOON,
    attempt=1,
    sequence=2,
    entries=2,
)
WAITLISTED = replace(
    REQUESTED, business=BusinessStatus.WAITLISTED, waiting=Waiting(WaitKind.PLACE, Actor.COORDINATOR, SOON)
)


def referral_in(status: Status) -> Referral:
    """Return a referral of that status, with an offer asked where there can be one."""
    if status is Status.DRAFT:
        return DRAFT
    if status is Status.REQUESTED:
        return ASKED
    waiting = None if status in TERMINAL else Waiting(WaitKind.PROGRESS, Actor.TARGET, SOON)
    return replace(ASKED, status=status, business=None, waiting=waiting, contact_attempts=3)


ACCEPTED, IN_PROGRESS, ON_HOLD = map(referral_in, (Status.ACCEPTED, Status.IN_PROGRESS, Status.ON_HOLD))
COMPLETED = replace(referral_in(Status.COMPLETED), outcome=Outcome.CONNECTED, closing_event="event-9")


def valid_commands(actor: Actor) -> dict[str, Command]:
    """Return one valid command of every kind, given by `actor`."""
    why = Reason.NO_CAPACITY
    return {
        "request": Request(actor=actor),
        "propose": Propose(
            actor=actor,
            proposal_id=UUID(int=11),
            offer_id=OTHER_OFFER,
            offer_kind=OfferKind.GROUP,
            attempt=2,
            answer_by=SOON,
        ),
        "accept": Accept(actor=actor, proposal_id=PROPOSAL, offer_id=OFFER, offer_kind=OfferKind.SUPPORTER),
        "decline": Decline(actor=actor, reason=why, proposal_id=PROPOSAL),
        "lapse": Lapse(actor=actor, reason=Reason.NO_RESPONSE, proposal_id=PROPOSAL),
        "waitlist": Waitlist(actor=actor),
        "reject": Reject(actor=actor, reason=why),
        "start": Start(actor=actor),
        "hold": Hold(actor=actor, reason=why),
        "resume": Resume(actor=actor),
        "cancel": Cancel(actor=actor, reason=why),
        "recall": Recall(actor=actor, reason=Reason.NO_RESPONSE),
        "complete": Complete(actor=actor, outcome=Outcome.ENGAGED),
        "fail": Fail(actor=actor, reason=why),
        "withdraw-as-error": WithdrawAsError(actor=actor),
        "record-contact": RecordContact(actor=actor, reached=True),
        "note-interim": NoteInterim(actor=actor),
        "give-feedback": GiveFeedback(actor=actor, fit=Fit.GOOD, meetings=3),
        "ask-rematch": AskRematch(actor=actor),
        "take-back": TakeBack(actor=actor, proposal_id=PROPOSAL),
        "amend": Amend(actor=actor, sequence=1, region="us-fl-miami"),
        "revoke-consent": RevokeConsent(actor=actor, sequence=1),
        "restore-consent": RestoreConsent(actor=actor, sequence=1),
        "withdraw": Withdraw(actor=actor, reason=Reason.NO_LONGER_NEEDS),
        "erase": Erase(actor=actor),
        "review": Review(actor=actor),
    }


def transitioned(referral: Referral, command: Command, now: datetime = NOW) -> Transitioned:
    decision = decide(referral, command, now, POLICY)
    assert isinstance(decision, Transitioned), decision
    return decision


def timeline_only(referral: Referral, command: Command, now: datetime = NOW) -> TimelineOnly:
    decision = decide(referral, command, now, POLICY)
    assert isinstance(decision, TimelineOnly), decision
    return decision


def refused(referral: Referral, command: Command) -> Refused:
    decision = decide(referral, command, NOW, POLICY)
    assert isinstance(decision, Refused), decision
    return decision
