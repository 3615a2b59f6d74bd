"""The recipients of each notice: the roles that the rules name, as the partner, person, offer or coordinator they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from alongside_contracts.vocabulary import TERMINAL, Actor, BusinessStatus, RecipientRole, Status
from alongside_notifications.domain.rules import (
    CURRENT,
    NEWS,
    NEXT_ACTOR,
    RESUMED,
    SEARCH_RESUMED,
    STREAM_UNREAD,
    Rules,
    TemplateKey,
)


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
    """An actor moved a referral from `previous` to `status`; `business_status` refines the status.

    `next_actor` must act now; `waited_for` is the one who had to act before, if that is known.
    """

    parties: Parties
    previous: str | None
    status: str
    business_status: str | None
    actor: str
    next_actor: str | None = None
    waited_for: str | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """The due time of a referral passed, and `next_actor` must act now."""

    parties: Parties
    next_actor: str


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


def transition_recipients(
    transition: Transition, *, coordinator: str, rules: Rules = CURRENT
) -> tuple[Recipient, ...]:
    """Return the recipients notified of a transition, each once, even one who is both the referrer and the person.

    `coordinator` is the one on call. A person who referred themselves is notified as the referrer, whose notice closes the loop.
    """
    parties = transition.parties
    recipients = [_recipient(role, parties) for role in _roles_of(transition, rules)]
    if rules.tells_next_actor:
        recipients += _next_actors(transition, coordinator)
    if rules.spares_the_actor:
        recipients = [each for each in recipients if each and not _is_the_actor(transition, each)]
    return _distinct(_as_referrer(each, parties) for each in recipients if each)


def _roles_of(transition: Transition, rules: Rules) -> tuple[RecipientRole, ...]:
    template = template_of(transition)
    if template == Status.IN_PROGRESS and transition.previous == Status.ON_HOLD and RESUMED in rules.roles:
        return rules.roles[RESUMED]
    if template == NEWS and NEWS not in rules.roles:
        return rules.roles[transition.status]
    return rules.roles[template]


def _next_actors(transition: Transition, coordinator: str) -> list[Recipient | None]:
    """Return the coordinator if it is now up to them, and the party it is up to when nothing else changed.

    All others who must act are in the table's rows, or have just acted themselves. Matching is a program.
    """
    next_actor = transition.next_actor
    if next_actor in (None, Actor.MATCHING, transition.waited_for):
        return []
    role = ROLE_OF_ACTOR.get(next_actor, RecipientRole.COORDINATOR)
    if role == RecipientRole.COORDINATOR:
        return [coordinator_recipient(coordinator)]
    return [_recipient(role, transition.parties)] if template_of(transition) == NEXT_ACTOR else []


def _is_the_actor(transition: Transition, recipient: Recipient) -> bool:
    """Return whether this recipient did it. A requester that is no partner may be a coordinator who acted for the person."""
    match transition.actor:
        case Actor.TARGET:
            return recipient.kind is RecipientKind.OFFER
        case Actor.PERSON:
            return recipient.kind is RecipientKind.PERSON
        case Actor.REQUESTER:
            return recipient.kind is RecipientKind.PARTNER
        case Actor.COORDINATOR:
            return recipient.kind is RecipientKind.COORDINATOR
        case _:
            return False


def _as_referrer(recipient: Recipient, parties: Parties) -> Recipient:
    if recipient.kind is RecipientKind.PERSON and parties.partner is None:
        return Recipient(RecipientRole.REFERRER, recipient.kind, recipient.id)
    return recipient


def overdue_recipients(overdue: Overdue, *, coordinator: str) -> tuple[Recipient, ...]:
    """Return the party that must act now, or the coordinator when that party is unknown or is not a person.

    An actor of a newer release is unknown here: the coordinator is notified, so that nothing stalls silently.
    """
    role = ROLE_OF_ACTOR.get(overdue.next_actor, RecipientRole.COORDINATOR)
    recipient = _recipient(role, overdue.parties) or coordinator_recipient(coordinator)
    return (_as_referrer(recipient, overdue.parties),)


def asked_before_recipients(template: TemplateKey, offer_id: str) -> tuple[Recipient, ...]:
    """Return the target that need not answer any more: LAPSED or WITHDRAWN. The next transition names no target."""
    return tuple(Recipient(role, RecipientKind.OFFER, offer_id) for role in CURRENT.roles[template])


def stream_recipients(
    template: TemplateKey, *, partner: str | None, coordinator: str
) -> tuple[Recipient, ...]:
    """Return the recipients of a notice about a partner's stream; the coordinator alone if the partner is not registered."""
    by_role = {RecipientRole.COORDINATOR: coordinator_recipient(coordinator)}
    if partner is not None:
        by_role[RecipientRole.REFERRER] = Recipient(RecipientRole.REFERRER, RecipientKind.PARTNER, partner)
    return tuple(by_role[role] for role in CURRENT.roles[template] if role in by_role)


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


def _distinct(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Return each addressee once, in the first of its roles. Referrer precedes person, because its notice closes the loop."""
    first: dict[tuple[RecipientKind, str], Recipient] = {}
    for recipient in recipients:
        first.setdefault((recipient.kind, recipient.id), recipient)
    return tuple(first.values())
