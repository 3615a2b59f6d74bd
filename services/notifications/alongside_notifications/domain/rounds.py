"""One round of sending: what is due, where it goes, and how much of it there is room for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from alongside_notifications.domain.audience import Destination, Kind
from alongside_notifications.domain.retry import NotNow


class Keeper(StrEnum):
    """Who knows where recipients can be reached. Each is asked by itself, so one that is away delays no other's."""

    SETTINGS = "settings"
    INTAKE = "intake"
    MATCHING = "matching"


KEEPER_OF: Final[Mapping[Kind, Keeper]] = {
    Kind.COORDINATOR: Keeper.SETTINGS,
    Kind.PERSON: Keeper.INTAKE,
    Kind.PARTNER: Keeper.INTAKE,
    Kind.OFFER: Keeper.MATCHING,
}


@dataclass(frozen=True, slots=True)
class Email:
    """An address to send to now, and to keep nowhere."""

    address: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Whoever keeps the contact details has no address by this channel: not everybody wants or has one."""


Route: TypeAlias = Email | NoRoute | NotNow


class Due(NamedTuple):
    """A notice that was seen waiting, and how often it had been claimed by then."""

    id: UUID
    destination: Destination
    attempts: int


Parcels: TypeAlias = Mapping[Destination, Sequence[Due]]
"""What is due, oldest first, by where it goes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one round may take on: places to send from, and notices in one parcel."""

    destinations_max: int
    notices_per_destination_max: int


@dataclass(frozen=True, slots=True)
class Round:
    """What becomes of what was looked at."""

    unroutable: Sequence[Due]
    """Nowhere to send it to: closed without a claim, however much of it there is."""
    sent: Sequence[Due]
    """To be claimed and sent now, to `addresses`."""
    unanswered: Sequence[Due]
    """One notice for each of the `silent`; it pays for the attempt, and the others rest."""
    addresses: Mapping[Destination, str]
    silent: Mapping[Destination, NotNow]
    """Destinations of which nobody can say now where they are."""
    left: bool
    """Whether something that could be sent found no room."""


def parcels_of(due: Iterable[Due], *, destinations_max: int) -> dict[Keeper, dict[Destination, list[Due]]]:
    """What is due by who is asked for its routes, and no more destinations each than may be asked for at once."""
    asked: dict[Keeper, dict[Destination, list[Due]]] = {}
    for each in due:
        parcels = asked.setdefault(KEEPER_OF[each.destination.kind], {})
        if each.destination in parcels or len(parcels) < destinations_max:
            parcels.setdefault(each.destination, []).append(each)
    return asked


def planned(parcels: Parcels, routes: Mapping[Destination, Route], limits: Limits) -> Round:
    """Sort what was looked at by what is known of its routes; the destination that waits longest has the first place."""
    addresses = {to: route.address for to in parcels if isinstance(route := routes[to], Email)}
    silent = {to: route for to in parcels if isinstance(route := routes[to], NotNow)}
    reached = [parcel for to, parcel in parcels.items() if to in addresses]
    taken = [parcel[: limits.notices_per_destination_max] for parcel in reached[: limits.destinations_max]]
    return Round(
        unroutable=[
            due for to, parcel in parcels.items() if isinstance(routes[to], NoRoute) for due in parcel
        ],
        sent=[due for parcel in taken for due in parcel],
        unanswered=[parcels[to][0] for to in silent],
        addresses=addresses,
        silent=silent,
        left=sum(map(len, taken)) < sum(map(len, reached)),
    )
