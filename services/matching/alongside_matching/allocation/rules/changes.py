"""What matching does when the submitter or the person says something new, by the state of the referral's request."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from alongside_matching.allocation.rules.waiting import RequestState


class ChangeKind(StrEnum):
    """What was said about an open referral."""

    AMENDED = "amended"
    CONSENT_REVOKED = "consent-revoked"
    CONSENT_GIVEN = "consent-given"
    WITHDRAWN = "withdrawn"
    PERSON_ERASED = "person-erased"


class Effect(StrEnum):
    """What matching does about it."""

    MATCH_AGAIN = "match-again"
    """Store the amended request and match it at once; the original waiting time is kept."""
    CHECK_PROPOSAL = "check-proposal"
    """Store the amended request; when a hard rule now excludes the offer asked, take the proposal back and match it again."""
    STORE = "store"
    """Store the amended request and ask no offer: one has accepted."""
    CLOSE = "close"
    """Close the request and withdraw its open proposal, without an announcement: the referral's status tells the target."""
    RELEASE = "release"
    """Close the request and free the place that was taken, without waiting for the referral's status."""
    NOTHING = "nothing"
    """Change nothing."""


STOPS: Final = frozenset({ChangeKind.CONSENT_REVOKED, ChangeKind.WITHDRAWN})
"""What ends the search for an offer."""
_WAITING: Final = (RequestState.SEARCHING, RequestState.WAITING)
_UNANSWERED: Final = (*_WAITING, RequestState.PROPOSED)

EFFECTS: Final[Mapping[ChangeKind, Mapping[RequestState, Effect]]] = MappingProxyType(
    {
        ChangeKind.AMENDED: dict.fromkeys(_WAITING, Effect.MATCH_AGAIN)
        | {RequestState.PROPOSED: Effect.CHECK_PROPOSAL, RequestState.MATCHED: Effect.STORE},
        # An offer that has accepted keeps its place until the referral's status says that it ended.
        ChangeKind.CONSENT_REVOKED: dict.fromkeys(_UNANSWERED, Effect.CLOSE),
        ChangeKind.CONSENT_GIVEN: {},
        ChangeKind.WITHDRAWN: dict.fromkeys(_UNANSWERED, Effect.CLOSE),
        ChangeKind.PERSON_ERASED: dict.fromkeys(_UNANSWERED, Effect.CLOSE)
        | {RequestState.MATCHED: Effect.RELEASE},
    }
)
"""The effect of each change, by the state of the request; NOTHING where a state is not listed."""


def effect_of(kind: ChangeKind, state: RequestState) -> Effect:
    """Return what such a change does to a request in this state."""
    return EFFECTS[kind].get(state, Effect.NOTHING)
