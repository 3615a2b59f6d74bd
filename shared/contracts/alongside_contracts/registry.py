"""Every event contract of the platform, and the one that belongs to a type name."""

from alongside_contracts.errors import UnknownEventType, UnsupportedVersion
from alongside_contracts.event import Event, contracts_by_type
from alongside_contracts.intake import (
    SubmissionAdmitted,
    SubmissionEscalated,
    SubmissionLinked,
    SubmissionReceived,
)
from alongside_contracts.matching import (
    MatchAccepted,
    MatchDeclined,
    MatchLapsed,
    MatchProposed,
    MatchWaitlisted,
)
from alongside_contracts.notifications import NoticeDelivered, NoticeFailed
from alongside_contracts.partner import IntakePaused, IntakeResumed, ReferralUpdated, SubmissionAnswered
from alongside_contracts.referrals import (
    FeedbackGiven,
    LoopClosed,
    ReferralOverdue,
    ReferralStatusChanged,
    ReferralSucceeded,
)
from alongside_contracts.vocabulary import ProblemCode

__all__ = [
    "FeedbackGiven",
    "IntakePaused",
    "IntakeResumed",
    "LoopClosed",
    "MatchAccepted",
    "MatchDeclined",
    "MatchLapsed",
    "MatchProposed",
    "MatchWaitlisted",
    "NoticeDelivered",
    "NoticeFailed",
    "ReferralOverdue",
    "ReferralStatusChanged",
    "ReferralSucceeded",
    "ReferralUpdated",
    "SubmissionAdmitted",
    "SubmissionAnswered",
    "SubmissionEscalated",
    "SubmissionLinked",
    "SubmissionReceived",
    "all_events",
    "event_class",
]


def all_events() -> tuple[type[Event], ...]:
    """Every event contract, by type name."""
    return tuple(contracts_by_type[name] for name in sorted(contracts_by_type))


def event_class(type_name: str) -> type[Event]:
    """The contract of a type name. Raises UnsupportedVersion, or UnknownEventType when no version is known."""
    known = contracts_by_type.get(type_name)
    if known is not None:
        return known
    noun = type_name.rpartition(".v")[0]
    if noun and any(other.rpartition(".v")[0] == noun for other in contracts_by_type):
        raise UnsupportedVersion(
            ProblemCode.UNSUPPORTED_VERSION, "type", "send a version listed in the contracts"
        )
    raise UnknownEventType(ProblemCode.UNKNOWN_TYPE, "type", "send a type listed in the contracts")
