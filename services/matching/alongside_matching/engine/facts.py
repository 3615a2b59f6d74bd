"""What rules may read about a request and an offer: codes and numbers, never people."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from alongside_contracts.vocabulary import MINOR_AGE_BANDS, Mode, OfferKind

SUPPORTER, GROUP, SERVICE = OfferKind.SUPPORTER.value, OfferKind.GROUP.value, OfferKind.SERVICE.value
IN_PERSON: Final = Mode.IN_PERSON.value
PEER_LED: Final = frozenset({SUPPORTER, GROUP})
MINOR_BANDS: Final = frozenset(band.value for band in MINOR_AGE_BANDS)
SLOTS_PER_WEEK: Final = 336
"""Half hours. An `availability` is a bit mask of them in the region's wall time: Monday 00:00 is bit 0, and half hour
`n` of weekday `d` is bit `d * 48 + n`. 0 means unknown."""
SLOT_MINUTES: Final = 30


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth in degrees; a person's is rounded to 0.05 degrees (5 km) before it reaches matching."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Request:
    """The needs and wishes of one referral, in codes.

    Empty `modes` or `formats` mean any; `asked` are offers not to be asked again. `identities` are preferences for a
    companion, never a description of the person; `identifies_as` is what the person says of themself, and counts only
    where an offer is reserved. `organisations_avoided` are those the person has another tie to, such as their
    workplace. `distance_km_max` is for meeting in person. `consent_offers` None means that consent covers the
    network, otherwise only these offers. `continue_with` is an earlier supporter the person asks for. `priority`
    above 0 goes first: a match that ended is replaced before others are made. Needs, hopes, interests and identities
    include the broader ones, as an offer's do; `unknown_needs` are those of a newer release, about which the lists say nothing here.
    """

    referral_id: UUID
    region: str
    needs: frozenset[str]
    languages: tuple[str, ...]
    formats: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    urgency: str = "routine"
    age_band: str | None = None
    avoid_needs: frozenset[str] = frozenset()
    asked: frozenset[UUID] = frozenset()
    hopes: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()
    identifies_as: frozenset[str] = frozenset()
    organisations_avoided: frozenset[str] = frozenset()
    availability: int = 0
    near: Point | None = None
    distance_km_max: float | None = None
    guardian_consent: bool = False
    consent_offers: frozenset[UUID] | None = None
    continue_with: UUID | None = None
    waiting_since: datetime | None = None
    priority: int = 0
    unknown_needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a person can be referred to.

    `capacity` None means open to everyone: no places are held there; otherwise it is the *effective* capacity, after
    the well-being, supervision and caseload norms. `held` places wait for an answer, `taken` places were accepted.
    Empty `modes`, `age_bands` or `availability` mean unknown. `organisations` are those the supporter belongs to;
    `endorsements` are areas a certificate covers, and `required_endorsement` one that this offer must have.
    `certified_until` and `checked_until` count only where they are required. `eligibility` are codes of needs and age
    bands the offer restricts itself to, any of which is enough; empty is everyone. `only_for` are the identities it
    is reserved for, any of which is enough. `reach_km` is how far the supporter travels to meet in person.
    """

    id: UUID
    kind: str
    region: str
    needs: frozenset[str]
    languages: frozenset[str]
    formats: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()
    age_bands: frozenset[str] = frozenset()
    capacity: int | None = 1
    held: int = 0
    taken: int = 0
    paused: bool = False
    hopes: frozenset[str] = frozenset()
    interests: frozenset[str] = frozenset()
    identities: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    endorsements: frozenset[str] = frozenset()
    required_endorsement: str | None = None
    availability: int = 0
    where: Point | None = None
    reach_km: float | None = None
    certified_until: date | None = None
    certification_required: bool = False
    checked_until: date | None = None
    check_required: bool = False
    eligibility: frozenset[str] = frozenset()
    only_for: frozenset[str] = frozenset()

    @property
    def open_to_all(self) -> bool:
        """Return whether anyone may join without a held place."""
        return self.capacity is None

    @property
    def has_place(self) -> bool:
        """Return whether a place can be held."""
        return self.capacity is None or self.held + self.taken < self.capacity

    @property
    def load(self) -> float:
        """Return the share of places held or taken, 0 to 1; 0 when open to everyone, 1 with a capacity of 0."""
        if self.capacity is None:
            return 0.0
        return (self.held + self.taken) / self.capacity if self.capacity else 1.0
