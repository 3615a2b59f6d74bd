"""What a command changes in the facts of a referral, beside its status and the party it waits for."""

from dataclasses import replace
from datetime import datetime

from alongside_contracts.vocabulary import Actor
from alongside_referrals.domain import reopen
from alongside_referrals.domain.commands import (
    Accept,
    Amend,
    AskRematch,
    Cancel,
    Command,
    Complete,
    Decline,
    Fail,
    Lapse,
    NoteInterim,
    Propose,
    Recall,
    RecordContact,
    Reject,
    RestoreConsent,
    Resume,
    RevokeConsent,
    Start,
    TakeBack,
    WithdrawAsError,
)
from alongside_referrals.domain.referral import Referral


def apply_facts(referral: Referral, command: Command, now: datetime) -> Referral:
    """Return the referral with the facts of the command, its status still unchanged."""
    match command:
        case Propose() | Accept() | Decline() | Lapse() | TakeBack():
            return _apply_match(referral, command)
        case Amend() | RevokeConsent() | RestoreConsent():
            return _apply_change(referral, command)
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


def _apply_match(referral: Referral, fact: Propose | Accept | Decline | Lapse | TakeBack) -> Referral:
    match fact:
        case Propose():
            return replace(
                referral,
                proposal_id=fact.proposal_id,
                offer_id=fact.offer_id,
                offer_kind=fact.offer_kind,
                attempt=fact.attempt,
                answer_by=fact.answer_by,
            )
        case Accept():
            return replace(referral, offer_id=fact.offer_id, offer_kind=fact.offer_kind, answer_by=None)
        case Decline() | Lapse():
            return replace(_exclude_current_offer(referral), offer_id=None, offer_kind=None, proposal_id=None)
        case TakeBack():
            # The offer refused nothing: a successor, or a request amended again, may be proposed to it.
            return replace(referral, offer_id=None, offer_kind=None, proposal_id=None, answer_by=None)


def _apply_change(referral: Referral, fact: Amend | RevokeConsent | RestoreConsent) -> Referral:
    match fact:
        case Amend():
            return replace(referral, amendment=fact.sequence, region=fact.region)
        case RevokeConsent():
            return replace(referral, consent_change=fact.sequence, consent_covers=False)
        case RestoreConsent():
            return replace(referral, consent_change=fact.sequence, consent_covers=True)


def _exclude_current_offer(referral: Referral) -> Referral:
    excluded = reopen.exclude_offer(referral, referral.offer_id)
    return replace(referral, excluded_offers=excluded, answer_by=None)
