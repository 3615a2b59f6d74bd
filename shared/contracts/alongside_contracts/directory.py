"""Events of the directory: what a publisher lists, and that it lists something no more.

Every event carries the whole state of its listing, and a sequence that grows with each: readers take an event only if its
sequence is larger than the one they have. A withdrawal is such an event too, never a record without a value.
"""

import re
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from alongside_contracts import streams
from alongside_contracts.codes.fields import FormatCode, NeedCode
from alongside_contracts.event import Contract, Event
from alongside_contracts.ids import LanguageTag, RegionId
from alongside_contracts.vocabulary import OfferKind, WithdrawalEffect

SOURCE_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"
SourceKey = Annotated[str, StringConstraints(pattern=SOURCE_PATTERN)]
"""The key of a publisher whose packages are imported: 1 to 64 lower-case letters, digits and hyphens."""
CODES_MAX: Final = 100
"""The most codes of one field of a listing."""
NAME_CHARS_MAX: Final = 1_000
"""The longest name of a listing: a longer one is cut."""
SOURCE_ID_CHARS_MAX: Final = 255
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def is_source_id(text: str) -> bool:
    """Return whether a publisher may give a service this id: one line, because it is in the key and subject of its events."""
    return 0 < len(text) <= SOURCE_ID_CHARS_MAX and _CONTROL.search(text) is None


def _checked_source_id(text: str) -> str:
    if not is_source_id(text):
        raise ValueError(f"send an id of one line and at most {SOURCE_ID_CHARS_MAX} characters")
    return text


SourceId = Annotated[
    str, Field(min_length=1, max_length=SOURCE_ID_CHARS_MAX), AfterValidator(_checked_source_id)
]
"""A publisher's own id of a service."""


class Position(Contract):
    """Where a listing is given, in degrees (WGS 84), as published. A confidential place has none."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class Listing(Contract):
    """The whole state of a listing, as far as its readers decide by it; the rest is in the directory's HSDS documents."""

    source: SourceKey
    """Whose listing it is."""
    source_id: SourceId
    """The publisher's own id of the service."""
    listing_id: UUID
    """The id of the service in the directory's HSDS documents."""
    number: int = Field(ge=1)
    """The listing's number in its source, without gaps. Readers that start from the beginning see by it whether the stream is whole."""
    sequence: int = Field(ge=1)
    """Grows with every change of this listing; a smaller one is older."""
    region: RegionId
    kind: OfferKind
    """Never a supporter: no publisher lists one."""
    name: str = Field(max_length=NAME_CHARS_MAX)
    needs: tuple[NeedCode, ...] = Field(default=(), max_length=CODES_MAX)
    """The needs it is for; without any it is listed and never proposed."""
    languages: tuple[LanguageTag, ...] = Field(default=(), max_length=CODES_MAX)
    """Empty when its publisher names none."""
    formats: tuple[FormatCode, ...] = Field(default=(), max_length=CODES_MAX)
    hotline: bool = False
    """A line that people call at once: listed, and never an offer."""
    active: bool = True
    """Whether its publisher says that it takes people now."""
    position: Position | None = None

    @property
    def key(self) -> str:
        """The source and the source's id."""
        return f"{self.source}/{self.source_id}"


class ListingPublished(Event):
    """A listing is there: new, listed again after a withdrawal, or announced again as it is."""

    type = "org.alongside.listing.published.v1"
    stream = streams.LISTINGS
    announced_by = streams.DIRECTORY

    listing: Listing

    @property
    def key(self) -> str:
        """The key of its listing."""
        return self.listing.key


class ListingChanged(Event):
    """A listing is other than before."""

    type = "org.alongside.listing.changed.v1"
    stream = streams.LISTINGS
    announced_by = streams.DIRECTORY

    listing: Listing

    @property
    def key(self) -> str:
        """The key of its listing."""
        return self.listing.key


class ListingWithdrawn(Event):
    """A listing is listed no more. Where nobody is to be referred there any more, it has no position; the rest is what it was."""

    type = "org.alongside.listing.withdrawn.v1"
    stream = streams.LISTINGS
    announced_by = streams.DIRECTORY

    listing: Listing
    effect: WithdrawalEffect

    @property
    def key(self) -> str:
        """The key of its listing."""
        return self.listing.key
