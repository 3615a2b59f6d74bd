"""The referral's state machine: its transitions, who may command them, and what they need. Nothing else sets a status.

Source of the statuses and of who sets them: FHIR R4 Task as the Gravity SDOH Clinical Care guide narrows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from alongside_contracts.vocabulary import Actor, BusinessStatus, Status
from alongside_referrals.domain import due, guards, reopen
from alongside_referrals.domain.codes import EntryKind
from alongside_referrals.domain.commands import (
    Accept,
    AskRematch,
    Cancel,
    Command,
    Complete,
    Decline,
    Fact,
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
    Resume,
    Start,
    Waitlist,
    WithdrawAsError,
)
from alongside_referrals.domain.decisions import (
    Entry,
    Feedback,
    Refusal,
    Refused,
    Stale,
    TimelineOnly,
    Transitioned,
)
from alongside_referrals.domain.guards import Guard
from alongside_referrals.domain.policy import Policy
from alongside_referrals.domain.referral import Referral

Decision: TypeAlias = Transitioned | TimelineOnly | Refused | Stale


@dataclass(frozen=True, slots=True)
class TransitionRule:
    """One row of the table: `allowed_actors` move a referral from `from_statuses` to `to_status`, if all guards agree.

    `to_status` None keeps the status.
    """

    entry_kind: EntryKind
    from_statuses: frozenset[Status]
    to_status: Status | None
    allowed_actors: frozenset[str]
    guards: tuple[Guard, ...] = ()
    business: str | None = None


_S, _A = Status, Actor
_MATCHING, _TARGET = frozenset({_A.MATCHING}), frozenset({_A.TARGET})
# The coordinator acts for the requester; the person leads their own journey and may always stop it.
_REQUESTER = frozenset({_A.REQUESTER, _A.COORDINATOR})
_PERSON = frozenset({_A.PERSON, _A.COORDINATOR})
_EITHER = _REQUESTER | _TARGET | {_A.PERSON}
_DRAFT, _REQUESTED, _ACCEPTED = frozenset({_S.DRAFT}), frozenset({_S.REQUESTED}), frozenset({_S.ACCEPTED})
_IN_PROGRESS, _ON_HOLD = frozenset({_S.IN_PROGRESS}), frozenset({_S.ON_HOLD})
_TAKEN_ON = _ACCEPTED | _IN_PROGRESS | _ON_HOLD
_ANY = frozenset(_S) - {_S.ENTERED_IN_ERROR}

RULES: Final[Mapping[type[Command], TransitionRule]] = {
    Request: TransitionRule(EntryKind.REQUESTED, _DRAFT, _S.REQUESTED, _REQUESTER),
    Propose: TransitionRule(
        EntryKind.PROPOSED, _REQUESTED, None, _MATCHING, business=BusinessStatus.AWAITING_RESPONSE
    ),
    Waitlist: TransitionRule(
        EntryKind.WAITLISTED, _REQUESTED, None, _MATCHING, business=BusinessStatus.WAITLISTED
    ),
    Decline: TransitionRule(EntryKind.DECLINED, _REQUESTED, None, _TARGET),
    Lapse: TransitionRule(EntryKind.LAPSED, _REQUESTED, None, _MATCHING, business=BusinessStatus.NO_RESPONSE),
    Accept: TransitionRule(EntryKind.ACCEPTED, _REQUESTED, _S.ACCEPTED, _TARGET),
    Reject: TransitionRule(
        EntryKind.REJECTED,
        _REQUESTED,
        _S.REJECTED,
        _TARGET,
        (guards.require_offer_asked, guards.require_reason, guards.require_matchable_reason),
    ),
    Start: TransitionRule(EntryKind.STARTED, _ACCEPTED, _S.IN_PROGRESS, _TARGET),
    Hold: TransitionRule(
        EntryKind.HELD,
        _ACCEPTED | _IN_PROGRESS,
        _S.ON_HOLD,
        _TARGET,
        (guards.require_reason,),
        business=BusinessStatus.PAUSED,
    ),
    Resume: TransitionRule(EntryKind.RESUMED, _ON_HOLD, _S.IN_PROGRESS, _TARGET),
    Cancel: TransitionRule(
        EntryKind.CANCELLED, _REQUESTED | _TAKEN_ON, _S.CANCELLED, _EITHER, (guards.require_reason,)
    ),
    Recall: TransitionRule(
        EntryKind.RECALLED,
        _REQUESTED | _TAKEN_ON,
        _S.CANCELLED,
        _REQUESTER,
        (guards.require_reason,),
        business=BusinessStatus.RECALLED,
    ),
    Complete: TransitionRule(
        EntryKind.COMPLETED, _TAKEN_ON, _S.COMPLETED, _TARGET, (guards.require_outcome,)
    ),
    Fail: TransitionRule(
        EntryKind.FAILED,
        _TAKEN_ON,
        _S.FAILED,
        _TARGET,
        (guards.require_reason, guards.require_contact_attempts, guards.require_matchable_reason),
    ),
    WithdrawAsError: TransitionRule(EntryKind.WITHDRAWN_AS_ERROR, _ANY, _S.ENTERED_IN_ERROR, _REQUESTER),
    RecordContact: TransitionRule(
        EntryKind.CONTACT_ATTEMPTED, _TAKEN_ON, None, _TARGET, business=BusinessStatus.CONTACTED
    ),
    NoteInterim: TransitionRule(
        EntryKind.INTERIM_NOTED, _IN_PROGRESS, None, _TARGET, business=BusinessStatus.INTERIM
    ),
    GiveFeedback: TransitionRule(EntryKind.FEEDBACK_GIVEN, _TAKEN_ON, None, _PERSON | _TARGET),
    AskRematch: TransitionRule(
        EntryKind.REMATCH_ASKED, _TAKEN_ON, _S.CANCELLED, _PERSON, business=BusinessStatus.RECALLED
    ),
}


def decide(referral: Referral, command: Command, now: datetime, policy: Policy) -> Decision:
    """Decide on `command`: a fact that no longer applies is `Stale`, an action that is not allowed `Refused`.

    1 the actor; 2 the present status; 3 the guards; 4 the change; 5 who must act next.
    """
    rule = RULES[type(command)]
    refused = _check_actor(rule, referral, command) or _check_status(rule, referral)  # 1, 2
    for guard in rule.guards:  # 3
        refused = refused or guard(referral, command, policy)
    if not isinstance(command, Fact):
        return refused or _apply(rule, referral, command, now, policy)
    if refused or _is_stale(referral, command):
        return Stale()
    return _apply(rule, referral, command, now, policy)


def _apply(
    rule: TransitionRule, referral: Referral, command: Command, now: datetime, policy: Policy
) -> Transitioned | TimelineOnly:
    entry = Entry(rule.entry_kind, now, command.actor, referral.status, command.note, _feedback(command))
    changed = replace(_apply_facts(referral, command, now), entries=referral.entries + 1)
    if _is_timeline_only(referral, command):
        return TimelineOnly(changed, entry)
    status, business = rule.to_status or referral.status, _business(rule, command)
    after = replace(
        changed,
        status=status,  # 4
        business=business,
        reason=command.reason,
        sequence=referral.sequence + 1,
        waiting=due.next_waiting(changed, status, business, now, policy),  # 5
    )
    return Transitioned(after, entry, returns_to_matching=_returns_to_matching(command))


def _is_timeline_only(referral: Referral, command: Command) -> bool:
    """Return whether the command adds a timeline entry only, and no transition."""
    match command:
        case RecordContact(reached=reached):
            return not reached or referral.status is Status.ON_HOLD
        case GiveFeedback():
            return True
        case _:
            return False


def _feedback(command: Command) -> Feedback | None:
    match command:
        case GiveFeedback(fit=fit, meetings=meetings):
            return Feedback(fit, meetings, rematch=False)
        case AskRematch(fit=fit, meetings=meetings):
            return Feedback(fit, meetings, rematch=True)
        case _:
            return None


def _apply_facts(referral: Referral, command: Command, now: datetime) -> Referral:
    """Return the referral with the facts of the command, its status still unchanged."""
    match command:
        case Propose():
            return replace(
                referral,
                proposal_id=command.proposal_id,
                offer_id=command.offer_id,
                offer_kind=command.offer_kind,
                attempt=command.attempt,
                answer_by=command.answer_by,
            )
        case Accept():
            return replace(referral, offer_id=command.offer_id, offer_kind=command.offer_kind, answer_by=None)
        case Decline() | Lapse():
            return replace(_exclude_current_offer(referral), offer_id=None, offer_kind=None, proposal_id=None)
        case Reject() | Fail() | Recall() | AskRematch() | Cancel(actor=Actor.TARGET):
            return _exclude_current_offer(referral)
        case Start() | Resume():
            return replace(referral, contact_at=now, noted_at=now)
        case NoteInterim():
            return replace(referral, noted_at=now)
        case RecordContact():
            reached_at = now if command.reached else referral.contact_at
            return replace(referral, contact_attempts=referral.contact_attempts + 1, contact_at=reached_at)
        case Complete():
            return replace(referral, outcome=command.outcome)
        case WithdrawAsError():
            # A referral entered in error has no outcome, and its referrer has to be notified again.
            return replace(referral, outcome=None, referrer_notified_at=None, notice_delivered_at=None)
        case _:
            return referral


def _exclude_current_offer(referral: Referral) -> Referral:
    excluded = reopen.exclude_offer(referral, referral.offer_id)
    return replace(referral, excluded_offers=excluded, answer_by=None)


def _business(rule: TransitionRule, command: Command) -> str | None:
    if isinstance(command, Cancel) and command.actor == Actor.TARGET:
        return BusinessStatus.TARGET_WITHDREW
    return rule.business


def _returns_to_matching(command: Command) -> bool:
    match command:
        case Reject(return_to_matching=None):
            return reopen.returns_automatically(command.reason)
        case Reject() | Fail():
            return bool(command.return_to_matching)
        case Cancel(actor=Actor.TARGET):
            return reopen.returns_after_withdrawal(command.reason)
        case Recall() | AskRematch():
            return True
        case _:
            return False


def _check_actor(rule: TransitionRule, referral: Referral, command: Command) -> Refused | None:
    if command.actor in rule.allowed_actors or (
        _is_requester(referral, command.actor) and Actor.REQUESTER in rule.allowed_actors
    ):
        return None
    allowed = ", ".join(sorted(rule.allowed_actors))
    return Refused(
        Refusal.ACTOR_NOT_ALLOWED,
        f"the {command.actor} may not give this command",
        f"leave it to one of these actors: {allowed}",
        "actor",
    )


def _is_requester(referral: Referral, actor: str) -> bool:
    """Return whether the actor is a person who referred themselves, and so has the requester's rights."""
    return actor == Actor.PERSON and referral.partner is None


def _check_status(rule: TransitionRule, referral: Referral) -> Refused | None:
    if referral.status in rule.from_statuses:
        return None
    if referral.terminal:
        return Refused(
            Refusal.REFERRAL_ENDED,
            f"the referral ended as {referral.status}",
            "leave it: an ended referral is never edited; if support is still wanted, send a new submission",
        )
    allowed = ", ".join(sorted(rule.from_statuses))
    return Refused(
        Refusal.WRONG_STATUS,
        f"the referral is {referral.status}",
        f"give this command while the referral is: {allowed}",
    )


def _is_stale(referral: Referral, fact: Fact) -> bool:
    """Return whether a later fact was applied before."""
    match fact:
        case Propose():
            return fact.attempt <= referral.attempt
        case Accept() | Decline() | Lapse():
            return fact.proposal_id != referral.proposal_id
        case Waitlist():
            return referral.proposal_id is not None or referral.business == BusinessStatus.WAITLISTED
