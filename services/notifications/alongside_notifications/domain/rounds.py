"""One round of sending: what is due, where it goes, and how much of it there is room for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from alongside_notifications.domain.audience import Destination, RecipientKind
from alongside_notifications.domain.retry import TemporaryFailure


class ContactProvider(StrEnum):
    """Who knows where recipients can be reached. Each is asked by itself, so one that is away delays no other's."""

    SETTINGS = "settings"
    INTAKE = "intake"
    MATCHING = "matching"


PROVIDER_OF: Final[Mapping[RecipientKind, ContactProvider]] = {
    RecipientKind.COORDINATOR: ContactProvider.SETTINGS,
    RecipientKind.PERSON: ContactProvider.INTAKE,
    RecipientKind.PARTNER: ContactProvider.INTAKE,
    RecipientKind.OFFER: ContactProvider.MATCHING,
}


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address to send to now, and to keep nowhere."""

    address: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Whoever keeps the contact details has no address by this channel: not everybody wants or has one."""


Route: TypeAlias = EmailAddress | NoRoute | TemporaryFailure


class Due(NamedTuple):
    """A notice that was seen waiting, and how often it had been claimed by then."""

    id: UUID
    destination: Destination
    attempts: int


DueByDestination: TypeAlias = Mapping[Destination, Sequence[Due]]
"""What is due, oldest first, by where it goes."""


@dataclass(frozen=True, slots=True)
class RoundLimits:
    """How much one round may take on: places to send from, and notices in one parcel."""

    destinations_max: int
    notices_per_destination_max: int


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What becomes of what was looked at."""

    unroutable: Sequence[Due]
    """Nowhere to send it to: closed without a claim, however much of it there is."""
    to_send: Sequence[Due]
    """To be claimed and sent now, to `addresses`."""
    to_postpone: Sequence[Due]
    """One notice for each of the `lookup_failures`; it pays for the attempt, and the others rest."""
    addresses: Mapping[Destination, str]
    lookup_failures: Mapping[Destination, TemporaryFailure]
    """Destinations of which nobody can say now where they are."""
    has_more: bool
    """Whether something that could be sent found no room."""


def group_by_provider(
    due: Iterable[Due], *, destinations_max: int
) -> dict[ContactProvider, dict[Destination, list[Due]]]:
    """What is due by who is asked for its routes, and no more destinations each than may be asked for at once."""
    asked: dict[ContactProvider, dict[Destination, list[Due]]] = {}
    for each in due:
        by_destination = asked.setdefault(PROVIDER_OF[each.destination.kind], {})
        if each.destination in by_destination or len(by_destination) < destinations_max:
            by_destination.setdefault(each.destination, []).append(each)
    return asked


def plan_round(
    by_destination: DueByDestination, routes: Mapping[Destination, Route], limits: RoundLimits
) -> RoundPlan:
    """Sort what was looked at by what is known of its routes; the destination that waits longest has the first place."""
    addresses = {to: route.address for to in by_destination if isinstance(route := routes[to], EmailAddress)}
    lookup_failures = {
        to: route for to in by_destination if isinstance(route := routes[to], TemporaryFailure)
    }
    reached = [group for to, group in by_destination.items() if to in addresses]
    taken = [group[: limits.notices_per_destination_max] for group in reached[: limits.destinations_max]]
    return RoundPlan(
        unroutable=[
            due for to, group in by_destination.items() if isinstance(routes[to], NoRoute) for due in group
        ],
        to_send=[due for group in taken for due in group],
        to_postpone=[by_destination[to][0] for to in lookup_failures],
        addresses=addresses,
        lookup_failures=lookup_failures,
        has_more=sum(map(len, taken)) < sum(map(len, reached)),
    )
