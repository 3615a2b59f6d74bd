"""What the rules may know about a person's request and about an offer: codes and numbers, never people."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

SUPPORTER, GROUP, SERVICE = "supporter", "group", "service"
PEER_LED: Final = frozenset({SUPPORTER, GROUP})
MINOR_BANDS: Final = frozenset({"under-13", "13-17"})


@dataclass(frozen=True, slots=True)
class Request:
    """What one referral seeks. An empty `modes` or `formats` means any; `asked` are offers not to be asked again."""

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


@dataclass(frozen=True, slots=True)
class Offer:
    """Something a person can be referred to.

    `capacity` None means open to everyone: nobody holds a place there. Empty `modes` or `age_bands` mean that the
    offer does not say. `held` places wait for an answer, `taken` places were accepted.
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

    @property
    def open_to_all(self) -> bool:
        """Whether anyone may join without a place being held."""
        return self.capacity is None

    @property
    def has_place(self) -> bool:
        """Whether a place can be held."""
        return self.capacity is None or self.held + self.taken < self.capacity

    @property
    def load(self) -> float:
        """The share of its places that is held or taken, 0 to 1; an offer without places counts as full."""
        if self.capacity is None:
            return 0.0
        return (self.held + self.taken) / self.capacity if self.capacity else 1.0
