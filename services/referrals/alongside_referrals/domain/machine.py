"""The referral's state machine: its transitions, who may command them, and what they need. Nothing else sets a status.

Source of the statuses and of who sets them: FHIR R4 Task as the Gravity SDOH Clinical Care guide narrows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeAlias

from alongside_contracts.vocabulary import Actor, BusinessStatus, Status
from alongside_referrals.domain import due, guards, reopen
from alongside_referrals.domain.changed_facts import apply_facts
from alongside_referrals.domain.codes import EntryKind, WaitKind
from alongside_referrals.domain.commands import (
    Accept,
    Amend,
    AskRematch,
    Cancel,
    Command,
    Complete,
    Decline,
    Erase,
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
from alongside_referrals.domain.referral import Referral, Waiting

Decision: TypeAlias = Transitioned | TimelineOnly | Refused | Stale


@dataclass(frozen=True, slots=True)
class TransitionRule:
    """One row of the table: `allowed_actors` move a referral from `from_statuses` to `to_status`, if all guards agree.

    `to_status` None keeps the status; a mapping gives it by the present one. With `keeps_detail` the business status and
    the reason stay as well. `waits_for` names what is waited for where the state after it does not say it.
    """

    entry_kind: EntryKind
    from_statuses: frozenset[Status]
    to_status: Status | Mapping[Status, Status] | None
    allowed_actors: frozenset[str]
    guards: tuple[Guard, ...] = ()
    business: str | None = None
    keeps_detail: bool = False
    waits_for: WaitKind | None = None

    def status_after(self, status: Status) -> Status:
        """Return the status after this transition from `status`."""
        to_status = self.to_status
        return (to_status.get(status) if isinstance(to_status, Mapping) else to_status) or status


_S, _A = Status, Actor
_MATCHING, _TARGET = frozenset({_A.MATCHING}), frozenset({_A.TARGET})
# The coordinator acts for the requester; the person leads their own journey and may always stop it.
_REQUESTER = frozenset({_A.REQUESTER, _A.COORDINATOR})
_PERSON = frozenset({_A.PERSON, _A.COORDINATOR})
_COORDINATOR = frozenset({_A.COORDINATOR})
_EITHER = _REQUESTER | _TARGET | {_A.PERSON}
_DRAFT, _REQUESTED, _ACCEPTED = frozenset({_S.DRAFT}), frozenset({_S.REQUESTED}), frozenset({_S.ACCEPTED})
_IN_PROGRESS, _ON_HOLD = frozenset({_S.IN_PROGRESS}), frozenset({_S.ON_HOLD})
_TAKEN_ON = _ACCEPTED | _IN_PROGRESS | _ON_HOLD
_WITHOUT_CONSENT = {_S.REQUESTED: _S.CANCELLED} | dict.fromkeys(_TAKEN_ON, _S.ON_HOLD)
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
    Resume: TransitionRule(
        EntryKind.RESUMED,
        _ON_HOLD,
        _S.IN_PROGRESS,
        _TARGET | _COORDINATOR,
        (guards.require_consent_to_resume,),
    ),
    Review: TransitionRule(
        EntryKind.REVIEWED,
        _TAKEN_ON,
        None,
        _COORDINATOR,
        (guards.require_change_to_review,),
        keeps_detail=True,
    ),
    Cancel: TransitionRule(
        EntryKind.CANCELLED, _REQUESTED | _TAKEN_ON, _S.CANCELLED, _EITHER, (guards.require_reason,)
    ),
    Recall: TransitionRule(
        EntryKind.RECALLED,
        _REQUESTED | _TAKEN_ON,
        _S.CANCELLED,
        _REQUESTER,
        (guards.require_reason, guards.require_consent_to_return),
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
        (
            guards.require_reason,
            guards.require_contact_attempts,
            guards.require_matchable_reason,
            guards.require_consent_to_return,
        ),
    ),
    WithdrawAsError: TransitionRule(
        EntryKind.WITHDRAWN_AS_ERROR,
        _ANY,
        _S.ENTERED_IN_ERROR,
        _REQUESTER,
        (guards.require_open_for_person,),
    ),
    RecordContact: TransitionRule(
        EntryKind.CONTACT_ATTEMPTED, _TAKEN_ON, None, _TARGET, business=BusinessStatus.CONTACTED
    ),
    NoteInterim: TransitionRule(
        EntryKind.INTERIM_NOTED, _IN_PROGRESS, None, _TARGET, business=BusinessStatus.INTERIM
    ),
    GiveFeedback: TransitionRule(EntryKind.FEEDBACK_GIVEN, _TAKEN_ON, None, _PERSON | _TARGET),
    AskRematch: TransitionRule(
        EntryKind.REMATCH_ASKED,
        _TAKEN_ON,
        _S.CANCELLED,
        _PERSON,
        (guards.require_consent_to_return,),
        business=BusinessStatus.RECALLED,
    ),
    # what the submitter or the person said later
    TakeBack: TransitionRule(EntryKind.TAKEN_BACK, _REQUESTED, None, _MATCHING),
    Amend: TransitionRule(
        EntryKind.AMENDED,
        _REQUESTED | _TAKEN_ON,
        None,
        frozenset({_A.REQUESTER}),
        keeps_detail=True,
        waits_for=WaitKind.CHANGE_REVIEW,
    ),
    RevokeConsent: TransitionRule(
        EntryKind.CONSENT_REVOKED,
        _REQUESTED | _TAKEN_ON,
        _WITHOUT_CONSENT,
        frozenset({_A.PERSON}),
        business=BusinessStatus.CONSENT_REVOKED,
    ),
    RestoreConsent: TransitionRule(
        EntryKind.CONSENT_GIVEN, _REQUESTED | _TAKEN_ON, None, frozenset({_A.PERSON}), keeps_detail=True
    ),
    Withdraw: TransitionRule(
        EntryKind.CANCELLED, _REQUESTED | _TAKEN_ON, _S.CANCELLED, frozenset({_A.REQUESTER})
    ),
    # the network erases a person when a coordinator orders it
    Erase: TransitionRule(EntryKind.CANCELLED, _REQUESTED | _TAKEN_ON, _S.CANCELLED, _COORDINATOR),
}


def decide(referral: Referral, command: Command, now: datetime, policy: Policy) -> Decision:
    """Decide on `command`: a fact that no longer applies is `Stale`, an action that is not allowed `Refused`.

    1 the actor; 2 the present status; 3 the guards; 4 the change; 5 who must act next.
    """
    rule, now = RULES[type(command)], referral.time_of_next_entry(now)
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
    changed, entries = apply_facts(referral, command, now), referral.entries + 1
    if _is_timeline_only(referral, command):
        return TimelineOnly(replace(changed, entries=entries, changed_at=now), entry)
    status, business, reason = _state_after(rule, referral, command)
    kind = due.wait_kind_of(status, business)
    after = replace(
        changed,
        status=status,  # 4
        business=business,
        reason=reason,
        entries=entries,
        changed_at=now,
        sequence=referral.sequence + 1,
        waiting=None
        if kind is None
        else _waiting(rule.waits_for or kind, changed, command, now, policy),  # 5
    )
    return Transitioned(after, entry, returns_to_matching=_returns_to_matching(referral, command))


def _state_after(
    rule: TransitionRule, referral: Referral, command: Command
) -> tuple[Status, str | None, str | None]:
    """Return the status, business status and reason after the command."""
    status = rule.status_after(referral.status)
    if rule.keeps_detail:
        return status, referral.business, referral.reason
    return status, _business(rule, command), command.reason


def _waiting(kind: WaitKind, referral: Referral, command: Command, now: datetime, policy: Policy) -> Waiting:
    """Return whom the referral waits for; a coordinator who must review a change stays the next actor until they act."""
    waiting = referral.waiting
    if waiting and waiting.kind is WaitKind.CHANGE_REVIEW and command.actor != Actor.COORDINATOR:
        return waiting
    return due.begin_wait(kind, referral, now, policy)


def _is_timeline_only(referral: Referral, command: Command) -> bool:
    """Return whether the command adds a timeline entry only, and no transition."""
    match command:
        case RecordContact(reached=reached):
            return not reached or referral.status is Status.ON_HOLD
        case GiveFeedback() | RestoreConsent():
            return True
        case Amend():
            return referral.status is Status.REQUESTED  # matching follows the amended request by itself
        case RevokeConsent():
            return referral.business == BusinessStatus.CONSENT_REVOKED
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


def _business(rule: TransitionRule, command: Command) -> str | None:
    if isinstance(command, Cancel) and command.actor == Actor.TARGET:
        return BusinessStatus.TARGET_WITHDREW
    return rule.business


def _returns_to_matching(referral: Referral, command: Command) -> bool:
    if not referral.consent_covers:
        return False
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
        case Accept() | Decline() | Lapse() | TakeBack():
            return fact.proposal_id != referral.proposal_id
        case Amend():
            return fact.sequence <= referral.amendment
        case RevokeConsent() | RestoreConsent():
            return fact.sequence <= referral.consent_change
        case Withdraw() | Erase():
            return False
        case Waitlist():
            return referral.proposal_id is not None or referral.business == BusinessStatus.WAITLISTED
