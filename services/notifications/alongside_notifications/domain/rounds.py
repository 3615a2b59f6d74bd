"""One round of sending: the due notices, their routes, and how many of them are sent now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from alongside_notifications.domain.audience import Destination, RecipientKind
from alongside_notifications.domain.retry import TemporaryFailure, Unaddressable


class ContactProvider(StrEnum):
    """A source of contact details. Each is asked separately, so an unavailable one delays only its own recipients."""

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
    """An address to send to now; it is never stored."""

    address: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """The provider has no address for this channel: not every recipient wants or has one."""


Failure: TypeAlias = TemporaryFailure | Unaddressable
Route: TypeAlias = EmailAddress | NoRoute | Failure


class Due(NamedTuple):
    """A due notice, and how often it had been claimed when it was read."""

    id: UUID
    destination: Destination
    attempts: int


DueByDestination: TypeAlias = Mapping[Destination, Sequence[Due]]
"""Due notices by destination, oldest first."""


@dataclass(frozen=True, slots=True)
class RoundLimits:
    """How much one round may send: to how many destinations, one per free slot, and how many notices to each."""

    destinations_max: int
    notices_per_destination_max: int


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """The actions of one round on the due notices."""

    unroutable: Sequence[Due]
    """No route: closed without a claim, however many there are."""
    to_send: Sequence[Due]
    """To be claimed and sent now, to `addresses`."""
    to_fail: Sequence[Due]
    """Notices of the `failures`: all of an unusable address, and one where the provider could not answer, for which the attempt
    counts while the others only pause."""
    addresses: Mapping[Destination, str]
    failures: Mapping[Destination, Failure]
    """Destinations whose provider could not answer, or whose address is none."""
    has_more: bool
    """Whether some notices with an address must wait for a free slot."""


def group_by_provider(
    due: Iterable[Due], *, destinations_max: int
) -> dict[ContactProvider, dict[Destination, list[Due]]]:
    """Return due notices by provider and destination, with at most `destinations_max` destinations per provider."""
    by_provider: dict[ContactProvider, dict[Destination, list[Due]]] = {}
    for due_notice in due:
        by_destination = by_provider.setdefault(PROVIDER_OF[due_notice.destination.kind], {})
        if due_notice.destination in by_destination or len(by_destination) < destinations_max:
            by_destination.setdefault(due_notice.destination, []).append(due_notice)
    return by_provider


def plan_round(
    by_destination: DueByDestination, routes: Mapping[Destination, Route], limits: RoundLimits
) -> RoundPlan:
    """Sort due notices by their routes; the destination that waits longest gets the first slot."""
    addresses = {to: route.address for to in by_destination if isinstance(route := routes[to], EmailAddress)}
    failures = {to: route for to in by_destination if isinstance(route := routes[to], Failure)}
    reachable = [group for to, group in by_destination.items() if to in addresses]
    chosen = [group[: limits.notices_per_destination_max] for group in reachable[: limits.destinations_max]]
    return RoundPlan(
        unroutable=[
            due for to, group in by_destination.items() if isinstance(routes[to], NoRoute) for due in group
        ],
        to_send=[due for group in chosen for due in group],
        to_fail=[
            due
            for to, failure in failures.items()
            for due in by_destination[to][: 1 if isinstance(failure, TemporaryFailure) else None]
        ],
        addresses=addresses,
        failures=failures,
        has_more=sum(map(len, chosen)) < sum(map(len, reachable)),
    )
