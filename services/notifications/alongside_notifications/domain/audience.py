"""The recipients of each notice: one table from what happened to the roles that are notified.

Referrer and target are notified of every transition that concerns them. Omissions are deliberate: a person is not
notified each time another offer is asked on their behalf (that reads as one refusal after another), a target is notified
only of referrals it was asked about, and nobody is notified of a draft.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from alongside_contracts.vocabulary import TERMINAL, Actor, BusinessStatus, Channel, RecipientRole

TemplateKey: TypeAlias = str
"""The code of what happened: a status, the business status that refines it, or one of the codes below."""

SEARCH_RESUMED: Final[TemplateKey] = "looking-again"
NEWS: Final[TemplateKey] = "news"
"""A business status of a newer release: those who are notified of the status learn that there is news."""
NEXT_ACTOR: Final[TemplateKey] = "next-actor"
"""Only the next actor of an accepted referral changed, such as to the coordinator, who finds it in their list."""
LAPSED: Final[TemplateKey] = "lapsed"
WITHDRAWN: Final[TemplateKey] = "withdrawn"
OVERDUE: Final[TemplateKey] = "overdue"
CRISIS: Final[TemplateKey] = "crisis"
STREAM_UNREAD: Final[TemplateKey] = "stream-unread"
STREAM_READ_AGAIN: Final[TemplateKey] = "stream-read-again"

CHANNELS: Final = (Channel.IN_APP, Channel.EMAIL)
"""The channels this service delivers by. Every recipient is notified by every one of them."""


class RecipientKind(StrEnum):
    """What the recipient's id identifies, and so which service stores the contact route."""

    PARTNER = "partner"
    PERSON = "person"
    OFFER = "offer"
    COORDINATOR = "coordinator"


class Destination(NamedTuple):
    """The owner of a mailbox. A recipient with several roles is one destination."""

    kind: RecipientKind
    id: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One addressee: an opaque id, never a name or an address."""

    role: str
    kind: RecipientKind
    id: str

    @property
    def destination(self) -> Destination:
        """The mailbox owner, whatever the role."""
        return Destination(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of a referral. No partner means that the person, or a coordinator for them, submitted it."""

    person_id: str
    partner: str | None
    offer_id: str | None


@dataclass(frozen=True, slots=True)
class Transition:
    """An actor moved a referral from `previous` to `status`; `business_status` refines the status."""

    parties: Parties
    previous: str | None
    status: str
    business_status: str | None
    actor: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """The due time of a referral passed, and `next_actor` must act now."""

    parties: Parties
    next_actor: str


_NO_ROLE: Final[tuple[RecipientRole, ...]] = ()
_REFERRER: Final = (RecipientRole.REFERRER,)
_TARGET: Final = (RecipientRole.TARGET,)
_REFERRER_AND_PERSON: Final = (RecipientRole.REFERRER, RecipientRole.PERSON)
_REFERRER_AND_TARGET: Final = (RecipientRole.REFERRER, RecipientRole.TARGET)
_COORDINATOR_AND_REFERRER: Final = (RecipientRole.COORDINATOR, RecipientRole.REFERRER)
_EVERYONE: Final = (RecipientRole.REFERRER, RecipientRole.TARGET, RecipientRole.PERSON)

RECIPIENT_ROLES: Final[Mapping[TemplateKey, tuple[RecipientRole, ...]]] = {
    # before an offer accepts
    "draft": _NO_ROLE,
    "requested": _REFERRER_AND_PERSON,
    "awaiting-response": _REFERRER_AND_TARGET,
    "no-response": _REFERRER,
    LAPSED: _TARGET,
    WITHDRAWN: _TARGET,
    "recalled": _REFERRER_AND_TARGET,
    # a target declined, or let its time pass: others are asked, and the person is not notified of each
    SEARCH_RESUMED: _REFERRER,
    "waitlisted": _REFERRER_AND_PERSON,
    # after an offer accepted
    "accepted": _EVERYONE,
    "scheduled": _EVERYONE,
    NEXT_ACTOR: _NO_ROLE,
    "contacted": _REFERRER_AND_TARGET,
    "unattended": _REFERRER_AND_TARGET,
    "appointment-cancelled": _EVERYONE,
    "in-progress": _EVERYONE,
    "interim": _REFERRER_AND_TARGET,
    "on-hold": _EVERYONE,
    "paused": _EVERYONE,
    "cancellation-requested": _EVERYONE,
    "target-withdrew": _EVERYONE,
    "consent-revoked": _EVERYONE,
    # ended
    "rejected": _EVERYONE,
    "cancelled": _EVERYONE,
    "completed": _EVERYONE,
    "failed": _EVERYONE,
    "entered-in-error": _EVERYONE,
    # a partner's stream; the partner is the referrer of everything on it
    STREAM_UNREAD: _COORDINATOR_AND_REFERRER,
    STREAM_READ_AGAIN: _COORDINATOR_AND_REFERRER,
}

_REVIEWING: Final = frozenset({Actor.REQUESTER, Actor.COORDINATOR})
"""Actors whose repetition of a status is no news: the requester amends the request, the coordinator has reviewed it."""
_BUSINESS_STATUSES: Final = frozenset(BusinessStatus)

# The recipient of an overdue notice, by next actor. The coordinator is notified for a supervisor, because the network
# does not know the supervisors yet, and for matching, because a program cannot act on a notice.
ROLE_OF_ACTOR: Final[Mapping[str, RecipientRole]] = {
    "requester": RecipientRole.REFERRER,
    "target": RecipientRole.TARGET,
    "person": RecipientRole.PERSON,
    "coordinator": RecipientRole.COORDINATOR,
    "supervisor": RecipientRole.COORDINATOR,
    "matching": RecipientRole.COORDINATOR,
}


def template_of(transition: Transition) -> TemplateKey:
    """Return the template of a transition: the first of these that applies.

    1 NEXT_ACTOR for a status that the requester or the coordinator repeats: nothing else changed. 2 The business status
    `consent-revoked`, whatever the status: it is never an old one. 3 The status, if it is terminal or changed: any other
    business status may still be the old one. The first status, and one that follows a draft, are not changes here: an
    offer may be asked, or the request waitlisted, at once. 4 The business status, if there is one; NEWS for one of a newer
    release. 5 SEARCH_RESUMED for a repeated `requested`. 6 The status.
    """
    status, previous = transition.status, transition.previous
    if status == previous and transition.actor in _REVIEWING:
        return NEXT_ACTOR
    if transition.business_status == BusinessStatus.CONSENT_REVOKED:
        return BusinessStatus.CONSENT_REVOKED
    if status in TERMINAL or previous not in (None, "draft", status):
        return status
    if transition.business_status is not None:
        return transition.business_status if transition.business_status in _BUSINESS_STATUSES else NEWS
    return SEARCH_RESUMED if status == previous == "requested" else status


def transition_recipients(transition: Transition) -> tuple[Recipient, ...]:
    """Return the recipients notified of a transition, each once, even one who is both the referrer and the person."""
    template = template_of(transition)
    roles = RECIPIENT_ROLES[transition.status if template == NEWS else template]
    return _distinct(_recipient(role, transition.parties) for role in roles)


def overdue_recipients(overdue: Overdue, *, coordinator: str) -> tuple[Recipient, ...]:
    """Return the party that must act now, or the coordinator when that party is unknown or is not a person.

    An actor of a newer release is unknown here: the coordinator is notified, so that nothing stalls silently.
    """
    role = ROLE_OF_ACTOR.get(overdue.next_actor, RecipientRole.COORDINATOR)
    return (_recipient(role, overdue.parties) or coordinator_recipient(coordinator),)


def asked_before_recipients(template: TemplateKey, offer_id: str) -> tuple[Recipient, ...]:
    """Return the target that need not answer any more: LAPSED or WITHDRAWN. The next transition names no target."""
    return tuple(Recipient(role, RecipientKind.OFFER, offer_id) for role in RECIPIENT_ROLES[template])


def stream_recipients(
    template: TemplateKey, *, partner: str | None, coordinator: str
) -> tuple[Recipient, ...]:
    """Return the recipients of a notice about a partner's stream; the coordinator alone if the partner is not registered."""
    by_role = {RecipientRole.COORDINATOR: coordinator_recipient(coordinator)}
    if partner is not None:
        by_role[RecipientRole.REFERRER] = Recipient(RecipientRole.REFERRER, RecipientKind.PARTNER, partner)
    return tuple(by_role[role] for role in RECIPIENT_ROLES[template] if role in by_role)


def is_urgent_about_stream(template: TemplateKey, role: str) -> bool:
    """Return whether a notice about a partner's stream is sent ahead of others.

    It is for the coordinator of an unread stream: somebody may be in danger whose record waits there.
    """
    return template == STREAM_UNREAD and role == RecipientRole.COORDINATOR


def coordinator_recipient(coordinator: str) -> Recipient:
    """Return a coordinator as a recipient."""
    return Recipient(RecipientRole.COORDINATOR, RecipientKind.COORDINATOR, coordinator)


def _recipient(role: RecipientRole, parties: Parties) -> Recipient | None:
    match role:
        case RecipientRole.REFERRER if parties.partner is not None:
            return Recipient(role, RecipientKind.PARTNER, parties.partner)
        case RecipientRole.REFERRER | RecipientRole.PERSON:
            return Recipient(role, RecipientKind.PERSON, parties.person_id)
        case RecipientRole.TARGET if parties.offer_id is not None:
            return Recipient(role, RecipientKind.OFFER, parties.offer_id)
        case RecipientRole.TARGET | RecipientRole.COORDINATOR:
            return None


def _distinct(recipients: Iterable[Recipient | None]) -> tuple[Recipient, ...]:
    """Return each addressee once, in the first of its roles. Referrer precedes person, because its notice closes the loop."""
    first: dict[tuple[RecipientKind, str], Recipient] = {}
    for recipient in recipients:
        if recipient is not None:
            first.setdefault((recipient.kind, recipient.id), recipient)
    return tuple(first.values())
