"""The table of what a message of intake does, by the state of the referral: computed from the rules of the services.

Each cell is one outcome: what referrals decides about a referral that came to this state by its own rules, and the effect
that matching's rules name. A test brings real services to each state and compares what it sees with the cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import TERMINAL, Actor, OfferKind, Outcome, Reason
from alongside_intake.domain.amendment import RULES, FieldRule
from alongside_matching.allocation.rules.changes import ChangeKind, Effect, effect_of
from alongside_matching.allocation.rules.waiting import RequestState
from alongside_referrals.domain import commands
from alongside_referrals.domain.commands import Command
from alongside_referrals.domain.decisions import TimelineOnly, Transitioned
from alongside_referrals.domain.machine import decide
from alongside_referrals.domain.policy import Policies
from alongside_referrals.domain.referral import Referral
from alongside_referrals.policy_file import read_policies
from alongside_referrals.settings import SHIPPED_POLICIES
from tools.generate.services import DeployedService

NOW: Final = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
STATED: Final = "as stated"
"""The reason of a withdrawal: the one its message states."""
_ID: Final = UUID(int=1)
_DRAFT: Final = Referral(
    id=_ID, person_id=_ID, reference="ref-1", region="us-fl-miami", partner="bayside-hospital"
)
_REQUESTED: Final[tuple[Command, ...]] = (commands.Request(actor=Actor.REQUESTER),)
_PROPOSED: Final[tuple[Command, ...]] = (
    *_REQUESTED,
    commands.Propose(
        actor=Actor.MATCHING,
        proposal_id=_ID,
        offer_id=_ID,
        offer_kind=OfferKind.SUPPORTER,
        attempt=1,
        answer_by=NOW + timedelta(days=2),
    ),
)
_ACCEPTED: Final[tuple[Command, ...]] = (
    *_PROPOSED,
    commands.Accept(actor=Actor.TARGET, proposal_id=_ID, offer_id=_ID, offer_kind=OfferKind.SUPPORTER),
)
_IN_PROGRESS: Final[tuple[Command, ...]] = (*_ACCEPTED, commands.Start(actor=Actor.TARGET))
STATES: Final[Mapping[str, tuple[tuple[Command, ...], RequestState]]] = {
    "draft": (_REQUESTED, RequestState.SEARCHING),
    "waitlisted": ((*_REQUESTED, commands.Waitlist(actor=Actor.MATCHING)), RequestState.WAITING),
    "proposed": (_PROPOSED, RequestState.PROPOSED),
    "accepted": (_ACCEPTED, RequestState.MATCHED),
    "in progress": (_IN_PROGRESS, RequestState.MATCHED),
    "on hold": (
        (*_IN_PROGRESS, commands.Hold(actor=Actor.TARGET, reason=Reason.PERSON_DECLINED)),
        RequestState.MATCHED,
    ),
    "on hold without consent": (
        (*_IN_PROGRESS, commands.RevokeConsent(actor=Actor.PERSON, sequence=1)),
        RequestState.MATCHED,
    ),
    "ended": (
        (*_IN_PROGRESS, commands.Complete(actor=Actor.TARGET, outcome=Outcome.ENGAGED)),
        RequestState.CLOSED,
    ),
}
"""How a referral comes to each state, and the state of its request in matching."""
MESSAGES: Final[Mapping[str, tuple[Command, ChangeKind]]] = {
    "`SubmissionAmended`": (
        commands.Amend(actor=Actor.REQUESTER, sequence=9, region="us-fl-miami"),
        ChangeKind.AMENDED,
    ),
    "`ConsentChanged`, covers it no longer": (
        commands.RevokeConsent(actor=Actor.PERSON, sequence=9),
        ChangeKind.CONSENT_REVOKED,
    ),
    "`ConsentChanged`, covers it": (
        commands.RestoreConsent(actor=Actor.PERSON, sequence=9),
        ChangeKind.CONSENT_GIVEN,
    ),
    "`SubmissionWithdrawn`": (
        commands.Withdraw(actor=Actor.REQUESTER, reason=STATED),
        ChangeKind.WITHDRAWN,
    ),
    "`PersonErased`": (commands.Erase(actor=Actor.COORDINATOR), ChangeKind.PERSON_ERASED),
}
"""What each message means to referrals and to matching."""
EFFECT_WORDS: Final[Mapping[Effect, str]] = {
    Effect.MATCH_AGAIN: "matched again at once; the waiting time is kept",
    Effect.CHECK_PROPOSAL: "the offer asked is checked again; if a hard rule excludes it now, its proposal is taken back "
    "and another offer is asked",
    Effect.STORE: "the request is stored, and no other offer is asked",
    Effect.CLOSE: "from now on no offer can accept it",
    Effect.RELEASE: "its place is free again",
}


@cache
def _policies() -> Policies:
    return read_policies(SHIPPED_POLICIES)


@dataclass(frozen=True, slots=True)
class MessageEffect:
    """What a message did. `entry` is the timeline's new entry, None if the referral did not change."""

    previous: str
    status: str
    business: str | None
    reason: str | None
    next_actor: str | None
    entry: str | None
    announced: bool
    effect: Effect


def message_table(_services: tuple[DeployedService, ...]) -> Iterator[str]:
    """Yield the table, with a row for each message and a column for each state."""
    yield f"| message | {' | '.join(STATES)} |"
    yield f"|---|{'---|' * len(STATES)}"
    for message in MESSAGES:
        yield f"| {message} | {' | '.join(words_of(outcome_of(message, state)) for state in STATES)} |"


REPEATS: Final[Mapping[FieldRule, str]] = {
    FieldRule.REPLACED: "what you send takes the place of what was there",
    FieldRule.RAISED: "only ever raised",
    FieldRule.EXTENDED: "entries are added, none is removed",
    FieldRule.KEPT: "not changed by a repeat",
}
"""What a repeat does to a field, by the field's rule."""


def repeat_table(_services: tuple[DeployedService, ...]) -> Iterator[str]:
    """Yield the table of what a repeat of a submission does to each of its fields."""
    yield "| a repeat of | does this |"
    yield "|---|---|"
    for rule, words in REPEATS.items():
        fields = ", ".join(f"`{name}`" for name, of in RULES.items() if of is rule)
        yield f"| {fields} | {words} |"


def outcome_of(message: str, state: str) -> MessageEffect:
    """Return what the rules decide about a message in a state."""
    (fact, kind), (path, request_state) = MESSAGES[message], STATES[state]
    before = _after(path)
    decision = decide(before, fact, NOW, _policies().of(before.region))
    after = decision.referral if isinstance(decision, Transitioned | TimelineOnly) else before
    return MessageEffect(
        previous=before.status,
        status=after.status,
        business=after.business,
        reason=after.reason,
        next_actor=after.waiting.actor if after.waiting else None,
        entry=decision.entry.kind if isinstance(decision, Transitioned | TimelineOnly) else None,
        announced=isinstance(decision, Transitioned),
        effect=effect_of(kind, request_state),
    )


def words_of(outcome: MessageEffect) -> str:
    """Return an outcome in the words of the table."""
    parts = [_referral_words(outcome), EFFECT_WORDS.get(outcome.effect, "")]
    return "; ".join(part for part in parts if part) or "nothing"


def _referral_words(outcome: MessageEffect) -> str:
    if outcome.entry is None:
        return ""
    if not outcome.announced:
        return f"noted on the timeline (`{outcome.entry}`)"
    state = f"`{outcome.status}`" + (f" (`{outcome.business}`)" if outcome.business else "")
    if outcome.status in TERMINAL:
        reason = outcome.reason if outcome.reason == STATED else f"`{outcome.reason}`"
        return f"becomes {state}, reason {reason}"
    verb = "stays" if outcome.status == outcome.previous else "becomes"
    return f"{verb} {state}, next actor {outcome.next_actor}"


def _after(path: tuple[Command, ...]) -> Referral:
    """Return the referral after these commands, each of which the rules must allow."""
    referral = _DRAFT
    for command in path:
        decision = decide(referral, command, NOW, _policies().of(referral.region))
        if not isinstance(decision, Transitioned):
            raise TypeError(f"{command} does not lead to the next state: {decision}")
        referral = decision.referral
    return referral
