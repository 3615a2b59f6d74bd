"""Follows what the submitter and the person say about a referral after its admission: amended, consent, withdrawn.

The changes of one batch are decided together and wait for no lock: a change whose referral or offer another transaction
has locked is followed by a timer, which waits. An answer that arrives after a close finds its proposal withdrawn.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from alongside_chassis.announce import Tx
from alongside_chassis.errors import Unprocessable
from alongside_contracts.event import Event
from alongside_contracts.intake import ConsentChanged, SubmissionAmended, SubmissionWithdrawn
from alongside_contracts.vocabulary import ProblemCode
from alongside_matching.allocation import referral_ends
from alongside_matching.allocation.amending import Amended, amend
from alongside_matching.allocation.request_mapping import amend_request
from alongside_matching.allocation.rules.changes import STOPS, ChangeKind, Effect, effect_of
from alongside_matching.allocation.rules.waiting import RequestState
from alongside_matching.allocation.store import requests
from alongside_matching.allocation.store.requests import KnownRequest
from alongside_matching.context import MatchingContext

ChangeEvent: TypeAlias = SubmissionAmended | ConsentChanged | SubmissionWithdrawn
REQUEST_CHANGE: Final = "request-change"
_EVENTS: Final[Mapping[str, type[ChangeEvent]]] = {
    event.__name__: event for event in (SubmissionAmended, ConsentChanged, SubmissionWithdrawn)
}


@dataclass(frozen=True, slots=True)
class RequestChange:
    """One change of one referral; `cause` is the event while it is handled for the first time."""

    event: ChangeEvent
    cause: Event | None

    @property
    def referral_id(self) -> UUID:
        """Return the referral's id."""
        return self.event.referral_id

    @property
    def sequence(self) -> int:
        """Return intake's number of the change; 0 for a withdrawal, which is final and has none."""
        return 0 if isinstance(self.event, SubmissionWithdrawn) else self.event.sequence

    @property
    def kind(self) -> ChangeKind:
        """Return what it says."""
        match self.event:
            case SubmissionAmended():
                return ChangeKind.AMENDED
            case ConsentChanged(covers=True):
                return ChangeKind.CONSENT_GIVEN
            case ConsentChanged():
                return ChangeKind.CONSENT_REVOKED
            case SubmissionWithdrawn():
                return ChangeKind.WITHDRAWN

    def is_newer_than(self, known: KnownRequest) -> bool:
        """Return whether it is newer than the latest change of its kind."""
        match self.event:
            case SubmissionAmended(sequence=sequence):
                return sequence > known.amendment
            case ConsentChanged(sequence=sequence):
                return sequence > known.consent_change
            case SubmissionWithdrawn():
                return True


async def follow_events(tx: Tx, events: Sequence[ChangeEvent], context: MatchingContext) -> None:
    """Follow events of one type. Raises Unprocessable for an amendment of a referral that was never admitted."""
    await _follow(tx, [RequestChange(event, event) for event in events], context, wait_for_locks=False)


async def follow_later(tx: Tx, facts: Mapping[str, str], context: MatchingContext) -> None:
    """Follow a change whose referral or offer was locked; called by the timer."""
    event = _EVENTS[facts["event"]].model_validate_json(facts["body"])
    await _follow(tx, [RequestChange(event, None)], context, wait_for_locks=True)


async def _follow(
    tx: Tx, changes: Sequence[RequestChange], context: MatchingContext, *, wait_for_locks: bool
) -> None:
    """Follow changes of one type: 1 lock the requests; 2 keep the newest changes; 3 close, or amend."""
    newest = {change.referral_id: change for change in sorted(changes, key=lambda change: change.sequence)}
    known = await requests.lock_known(tx.conn, newest, wait_for_locks=wait_for_locks)  # 1
    await _follow_unlocked(tx, [change for change in newest.values() if change.referral_id not in known])
    current = [newest[id_] for id_, request in known.items() if newest[id_].is_newer_than(request)]  # 2
    by_effect: dict[Effect, list[RequestChange]] = {effect: [] for effect in Effect}
    for change in current:
        by_effect[effect_of(change.kind, known[change.referral_id].tracked.state)].append(change)
    not_closed = await _close(tx, by_effect[Effect.CLOSE], context)  # 3
    await _store_consent_changes(tx, [change for change in current if change.referral_id not in not_closed])
    amended = [
        _amended(change, known[change.referral_id], effect)
        for effect in (Effect.MATCH_AGAIN, Effect.CHECK_PROPOSAL, Effect.STORE)
        for change in by_effect[effect]
    ]
    not_amended = await amend(tx, amended, context)
    for referral_id in (*not_closed, *not_amended):
        _set_timer(tx, newest[referral_id])


async def _follow_unlocked(tx: Tx, unlocked: Sequence[RequestChange]) -> None:
    """Follow changes of locked requests later; those of closed ones change nothing.

    Of a referral that matching does not know, a stop is stored, so that a late admission is not matched.
    """
    states = await requests.states_of(tx.conn, [change.referral_id for change in unlocked])
    for change in unlocked:
        state = states.get(change.referral_id)
        if state is None and change.kind is ChangeKind.AMENDED:
            raise Unprocessable(
                ProblemCode.INVALID_FIELD,
                "referral_id",
                "announce the admission of this referral before any amendment of it",
            )
        if state not in (None, RequestState.CLOSED):
            _set_timer(tx, change)
    stopped = [change.referral_id for change in unlocked if change.kind in STOPS]
    await requests.insert_closed_tombstones(tx.conn, stopped, tx.now)


async def _store_consent_changes(tx: Tx, current: Sequence[RequestChange]) -> None:
    """Store the numbers of changes of consent, so that an older one does not count after them."""
    numbers = {
        change.referral_id: change.sequence
        for change in current
        if change.kind in (ChangeKind.CONSENT_GIVEN, ChangeKind.CONSENT_REVOKED)
    }
    await requests.set_consent_changes(tx.conn, numbers)


async def _close(tx: Tx, stopped: Sequence[RequestChange], context: MatchingContext) -> set[UUID]:
    """Close these requests silently, and return those whose offer is locked by another transaction."""
    causes = {change.referral_id: change.cause for change in stopped if change.cause}
    closed = await referral_ends.close_requests(
        tx, [change.referral_id for change in stopped], causes, context.policies
    )
    return {change.referral_id for change in stopped} - closed


def _amended(change: RequestChange, known: KnownRequest, effect: Effect) -> Amended:
    if not isinstance(change.event, SubmissionAmended):
        raise TypeError(f"{effect} is an effect of amendments only")
    return Amended(
        known.tracked,
        amend_request(known.tracked.request, change.event.request),
        change.event,
        change.cause,
        effect,
    )


def _set_timer(tx: Tx, change: RequestChange) -> None:
    """Follow this change in a separate transaction, which waits for locks."""
    event = change.event
    tx.set_timer(
        REQUEST_CHANGE,
        f"{change.referral_id} {type(event).__name__}",
        tx.now,
        {"event": type(event).__name__, "body": event.model_dump_json(exclude_none=True)},
    )
