"""Who is told what: the role of the recipient by what happened, as one table.

Both sides hear about every transition that concerns them. What is left out is left out on purpose: a person is not
told each time another offer is asked on their behalf (that reads as one refusal after another), a target hears only
of referrals it was asked about, and nobody hears of a draft.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from alongside_contracts.vocabulary import TERMINAL

Moment: TypeAlias = str
"""What happened, as a code: a status, the business status that refines it, or one of our own words below."""

LOOKING_AGAIN: Final[Moment] = "looking-again"
LAPSED: Final[Moment] = "lapsed"
OVERDUE: Final[Moment] = "overdue"
CRISIS: Final[Moment] = "crisis"


class Role(StrEnum):
    """Whom a notice is for, seen from the referral."""

    REFERRER = "referrer"
    TARGET = "target"
    PERSON = "person"
    COORDINATOR = "coordinator"


class Kind(StrEnum):
    """What the recipient's id identifies, and so where their contact route is kept."""

    PARTNER = "partner"
    PERSON = "person"
    OFFER = "offer"
    COORDINATOR = "coordinator"


class Channel(StrEnum):
    """The ways a notice travels. Channels are equal: whoever is told, is told by each of them."""

    IN_APP = "in-app"
    EMAIL = "email"


class Destination(NamedTuple):
    """Where mail goes. Whatever roles somebody has, one mailbox is one destination."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One addressee: an opaque id, never a name or an address."""

    role: Role
    kind: Kind
    id: str

    @property
    def destination(self) -> Destination:
        """Where they read their mail."""
        return Destination(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who is involved in a referral. No partner means that the person, or a coordinator for them, submitted it."""

    person_id: str
    partner: str | None
    offer_id: str | None


@dataclass(frozen=True, slots=True)
class Transition:
    """A referral moved from `previous` to `status`; `business_status` says where exactly it stands."""

    parties: Parties
    previous: str | None
    status: str
    business_status: str | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Somebody let the due time of a referral pass, and `next_actor` is asked now."""

    parties: Parties
    next_actor: str


_NOBODY: Final[tuple[Role, ...]] = ()
_SENDER: Final = (Role.REFERRER,)
_TARGET: Final = (Role.TARGET,)
_SENDER_AND_PERSON: Final = (Role.REFERRER, Role.PERSON)
_BOTH_SIDES: Final = (Role.REFERRER, Role.TARGET)
_ALL: Final = (Role.REFERRER, Role.TARGET, Role.PERSON)

WHO_IS_TOLD: Final[Mapping[Moment, tuple[Role, ...]]] = {
    # on the way to a yes
    "draft": _NOBODY,
    "requested": _SENDER_AND_PERSON,
    "awaiting-response": _BOTH_SIDES,
    "no-response": _SENDER,
    LAPSED: _TARGET,
    "recalled": _BOTH_SIDES,
    # a target declined, or let its time pass: others are asked, and the person is not told of each
    LOOKING_AGAIN: _SENDER,
    "waitlisted": _SENDER_AND_PERSON,
    # walking together
    "accepted": _ALL,
    "scheduled": _ALL,
    "contacted": _BOTH_SIDES,
    "unattended": _BOTH_SIDES,
    "appointment-cancelled": _ALL,
    "in-progress": _ALL,
    "interim": _BOTH_SIDES,
    "on-hold": _ALL,
    "paused": _ALL,
    "cancellation-requested": _ALL,
    "target-withdrew": _ALL,
    "consent-revoked": _ALL,
    # the end
    "rejected": _ALL,
    "cancelled": _ALL,
    "completed": _ALL,
    "failed": _ALL,
    "entered-in-error": _ALL,
}

# Who acts next on an overdue referral. Supervisors are reached through the coordinator until the network knows them
# one by one, and when matching is late a human must look: nobody can page a program.
WHO_ACTS: Final[Mapping[str, Role]] = {
    "requester": Role.REFERRER,
    "target": Role.TARGET,
    "person": Role.PERSON,
    "coordinator": Role.COORDINATOR,
    "supervisor": Role.COORDINATOR,
    "matching": Role.COORDINATOR,
}


def moment_of(transition: Transition) -> Moment:
    """Name what happened: a new status first, for the finer word may still be an old one; within it, the finer word.

    The first step out of a draft is the exception: a request may be asked or waitlisted at once.
    """
    status, previous = transition.status, transition.previous
    if status in TERMINAL or previous not in (None, "draft", status):
        return status
    if transition.business_status is not None:
        return transition.business_status
    return LOOKING_AGAIN if status == previous == "requested" else status


def who_is_told(transition: Transition) -> tuple[Recipient, ...]:
    """Everybody who hears of a transition; nobody twice, even if they are both the referrer and the person."""
    return _distinct(_recipient(role, transition.parties) for role in WHO_IS_TOLD[moment_of(transition)])


def who_is_asked(overdue: Overdue, *, coordinator: str) -> tuple[Recipient, ...]:
    """The one who must act now; the coordinator when that party is not known or is no human."""
    role = WHO_ACTS[overdue.next_actor]
    return (_recipient(role, overdue.parties) or on_duty(coordinator),)


def who_was_asked(offer_id: str) -> tuple[Recipient, ...]:
    """The target whose time to answer passed; the transition that follows knows of no target any more."""
    return tuple(Recipient(role, Kind.OFFER, offer_id) for role in WHO_IS_TOLD[LAPSED])


def on_duty(coordinator: str) -> Recipient:
    """A coordinator as a recipient."""
    return Recipient(Role.COORDINATOR, Kind.COORDINATOR, coordinator)


def _recipient(role: Role, parties: Parties) -> Recipient | None:
    match role:
        case Role.REFERRER if parties.partner is not None:
            return Recipient(role, Kind.PARTNER, parties.partner)
        case Role.REFERRER | Role.PERSON:
            return Recipient(role, Kind.PERSON, parties.person_id)
        case Role.TARGET if parties.offer_id is not None:
            return Recipient(role, Kind.OFFER, parties.offer_id)
        case Role.TARGET | Role.COORDINATOR:
            return None


def _distinct(recipients: Iterable[Recipient | None]) -> tuple[Recipient, ...]:
    """Keep the first notice to each addressee: the referrer's, which closes the loop, before the person's."""
    first: dict[tuple[Kind, str], Recipient] = {}
    for recipient in recipients:
        if recipient is not None:
            first.setdefault((recipient.kind, recipient.id), recipient)
    return tuple(first.values())
