"""Guards: what a command needs beside the right actor and status. Each guard agrees (None) or refuses."""

from collections.abc import Callable
from typing import TypeAlias

from alongside_contracts.vocabulary import Actor, BusinessStatus, Reason
from alongside_referrals.domain import reopen
from alongside_referrals.domain.codes import WaitKind
from alongside_referrals.domain.commands import AskRematch, Command, Complete, Fail, Recall, Reject
from alongside_referrals.domain.decisions import Refusal, Refused
from alongside_referrals.domain.policy import Policy
from alongside_referrals.domain.referral import Referral

Guard: TypeAlias = Callable[[Referral, Command, Policy], Refused | None]


def require_offer_asked(referral: Referral, _command: Command, _policy: Policy) -> Refused | None:
    """Refuse unless an offer has been asked: only that offer can say no."""
    if referral.business == BusinessStatus.AWAITING_RESPONSE:
        return None
    return Refused(
        Refusal.NOBODY_ASKED,
        "no offer has been asked to take this referral",
        "wait until matching proposes one",
    )


def require_open_for_person(referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """Refuse to let a person who referred themselves withdraw a referral that has ended: how it ended stays."""
    if command.actor != Actor.PERSON or not referral.terminal:
        return None
    return Refused(
        Refusal.REFERRAL_ENDED,
        f"the referral ended as {referral.status}",
        "leave it, or ask the coordinator to mark it as entered in error",
    )


def require_reason(_referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """Refuse without a reason code, and refuse the reason `other` without a note."""
    if command.reason is None:
        return Refused(
            Refusal.REASON_MISSING, "this command needs a reason", "give one of the reason codes", "reason"
        )
    if command.reason == Reason.OTHER and not (command.note or "").strip():
        return Refused(
            Refusal.NOTE_MISSING, "the reason `other` needs an explanation", "explain it in a note", "note"
        )
    return None


def require_outcome(_referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """Refuse to complete without an outcome."""
    if isinstance(command, Complete) and command.outcome is None:
        return Refused(
            Refusal.OUTCOME_MISSING, "no outcome is given", "give one of the outcome codes", "outcome"
        )
    return None


def require_contact_attempts(referral: Referral, command: Command, policy: Policy) -> Refused | None:
    """Refuse `unable-to-contact` before the policy's number of contact attempts is on record."""
    needed = policy.contact_attempts_min
    if command.reason != Reason.UNABLE_TO_CONTACT or referral.contact_attempts >= needed:
        return None
    return Refused(
        Refusal.CONTACT_ATTEMPTS_MISSING,
        f"{referral.contact_attempts} of {needed} contact attempts are on record",
        "try again and record each attempt with POST contact-attempts, then give this reason",
        "reason",
    )


def require_matchable_reason(_referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """Refuse a return to matching for a reason that ends the search."""
    is_requested = isinstance(command, Reject | Fail) and command.return_to_matching
    if not is_requested or reopen.returns_automatically(command.reason):
        return None
    return Refused(
        Refusal.REASON_ENDS_THE_SEARCH,
        "this reason ends the search for an offer",
        "leave return_to_matching out, or correct the reason",
        "return_to_matching",
    )


def require_consent_to_return(referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """Refuse to return a person to matching whose consent does not cover the referral."""
    returns = isinstance(command, Recall | AskRematch) or (
        isinstance(command, Fail) and command.return_to_matching
    )
    if referral.consent_covers or not returns:
        return None
    return Refused(
        Refusal.CONSENT_REVOKED,
        "the person's consent no longer covers this referral, so it cannot return to matching",
        "let intake record a consent that covers it first, or end it without a return to matching",
    )


def require_consent_to_resume(referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """Refuse to resume after a revocation of consent, except to the coordinator once a consent covers it again."""
    if referral.business != BusinessStatus.CONSENT_REVOKED:
        return None
    if not referral.consent_covers:
        return Refused(
            Refusal.CONSENT_REVOKED,
            "the person's consent no longer covers this referral",
            "let intake record a consent that covers it, then the coordinator may resume it; or cancel it",
        )
    if command.actor == Actor.COORDINATOR:
        return None
    return Refused(
        Refusal.ACTOR_NOT_ALLOWED,
        "after a revocation of consent only the coordinator may resume a referral",
        "leave it to the coordinator",
        "actor",
    )


def require_change_to_review(referral: Referral, _command: Command, _policy: Policy) -> Refused | None:
    """Refuse unless a change waits for the coordinator; a revoked consent is no such change: it is resumed or cancelled."""
    if referral.business == BusinessStatus.CONSENT_REVOKED:
        return Refused(
            Refusal.CONSENT_REVOKED,
            "the referral is on hold because its consent was revoked",
            "resume it once a consent covers it again, or cancel it",
        )
    if referral.waiting is not None and referral.waiting.kind is WaitKind.CHANGE_REVIEW:
        return None
    return Refused(
        Refusal.NOTHING_TO_REVIEW,
        "nothing has changed that a coordinator must review",
        "leave it: the next actor is another one",
    )
