"""What a command needs beside the right actor and status; each guard agrees (None) or refuses."""

from collections.abc import Callable
from typing import TypeAlias

from alongside_referrals.domain import reopen
from alongside_referrals.domain.codes import BusinessStatus, Reason
from alongside_referrals.domain.commands import Command, Complete, Fail, Reject
from alongside_referrals.domain.decisions import Refusal, Refused
from alongside_referrals.domain.policy import Policy
from alongside_referrals.domain.referral import Referral

Guard: TypeAlias = Callable[[Referral, Command, Policy], Refused | None]


def require_offer_asked(referral: Referral, _command: Command, _policy: Policy) -> Refused | None:
    """Only an offer that was asked can say no."""
    if referral.business is BusinessStatus.AWAITING_RESPONSE:
        return None
    return Refused(
        Refusal.NOBODY_ASKED,
        "no offer has been asked to take this referral",
        "wait until matching proposes one",
    )


def require_reason(_referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """A reason code, and in words what `other` means."""
    if command.reason is None:
        return Refused(
            Refusal.REASON_MISSING, "this needs a reason", "give one of the reason codes", "reason"
        )
    if command.reason is Reason.OTHER and not (command.note or "").strip():
        return Refused(
            Refusal.NOTE_MISSING, "the reason `other` says nothing by itself", "explain it in a note", "note"
        )
    return None


def require_outcome(_referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """At least one outcome."""
    if isinstance(command, Complete) and command.outcome is None:
        return Refused(
            Refusal.OUTCOME_MISSING, "no outcome is on record", "say what came of the referral", "outcome"
        )
    return None


def require_contact_attempts(referral: Referral, command: Command, policy: Policy) -> Refused | None:
    """Nobody is given up as unreachable before the policy's number of attempts."""
    needed = policy.contact_attempts_min
    if command.reason is not Reason.UNABLE_TO_CONTACT or referral.contact_attempts >= needed:
        return None
    return Refused(
        Refusal.CONTACT_ATTEMPTS_MISSING,
        f"{referral.contact_attempts} of {needed} contact attempts are on record",
        "try again and record each attempt, then give this reason",
        "reason",
    )


def require_matchable_reason(_referral: Referral, command: Command, _policy: Policy) -> Refused | None:
    """A person goes back to matching only when the reason leaves somebody to match."""
    wanted = isinstance(command, Reject | Fail) and command.return_to_matching
    if not wanted or reopen.returns_automatically(command.reason):
        return None
    return Refused(
        Refusal.REASON_ENDS_THE_SEARCH,
        "with this reason there is nobody left to match",
        "leave return_to_matching out, or give the reason that is true",
        "return_to_matching",
    )
