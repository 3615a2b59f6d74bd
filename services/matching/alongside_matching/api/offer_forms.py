"""The shapes in which offers come in and go out over HTTP."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from alongside_chassis.http import PAGE_MAX
from alongside_contracts.ids import LanguageTag, RegionId, new_id
from alongside_contracts.vocabulary import AgeBand, Format, Mode, Need, OfferKind
from alongside_matching.store.offer_batches import NewOffer

CODES_MAX: Final = 30
PLACES_MAX: Final = 100_000
BATCH_MAX: Final = 1_000
CODE_FIELDS: Final = ("needs", "languages", "formats", "modes", "age_bands")

PublicName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}$")]
SourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
Places = Annotated[int, Field(ge=0, le=PLACES_MAX)]


class OfferForm(BaseModel):
    """A new offer. `capacity` null means open to everyone, which only a group can be.

    Groups and services have a public name. A supporter's name is not kept here, and never asked for.
    """

    model_config = ConfigDict(extra="forbid")

    kind: OfferKind
    region: RegionId
    name: PublicName | None = None
    needs: tuple[Need, ...] = Field(min_length=1, max_length=CODES_MAX)
    languages: tuple[LanguageTag, ...] = Field(default=("en",), min_length=1, max_length=CODES_MAX)
    formats: tuple[Format, ...] = Field(default=(), max_length=CODES_MAX)
    modes: tuple[Mode, ...] = Field(default=(), max_length=CODES_MAX)
    age_bands: tuple[AgeBand, ...] = Field(default=(), max_length=CODES_MAX)
    capacity: Places | None = 1
    contact_email: Email | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        check_kind(self.kind, self.name, self.capacity)
        return self

    def as_new(self, source: str | None = None, source_id: str | None = None) -> NewOffer:
        """The row to add, with a fresh id and the hash by which a repeated import knows that nothing changed."""
        codes = self.model_dump(mode="json", include=set(CODE_FIELDS))
        return NewOffer(
            id=new_id(),
            kind=self.kind.value,
            region=self.region,
            name=self.name,
            capacity=self.capacity,
            paused_because=None,
            email=self.contact_email,
            source=source,
            source_id=source_id,
            content_hash=sha256(self.model_dump_json().encode()).hexdigest() if source else None,
            **{name: tuple(dict.fromkeys(values)) for name, values in codes.items()},
        )


class ListedOfferForm(OfferForm):
    """An offer that is kept elsewhere too: `source` says where, `source_id` which one it is there."""

    source: SourceName
    source_id: SourceName

    def as_listed(self) -> NewOffer:
        """The row to add or to replace."""
        return self.as_new(self.source, self.source_id)


class OfferChanges(BaseModel):
    """What to change of an offer; what is not sent stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: PublicName | None = None
    needs: tuple[Need, ...] | None = Field(default=None, min_length=1, max_length=CODES_MAX)
    languages: tuple[LanguageTag, ...] | None = Field(default=None, min_length=1, max_length=CODES_MAX)
    formats: tuple[Format, ...] | None = Field(default=None, max_length=CODES_MAX)
    modes: tuple[Mode, ...] | None = Field(default=None, max_length=CODES_MAX)
    age_bands: tuple[AgeBand, ...] | None = Field(default=None, max_length=CODES_MAX)
    capacity: Places | None = None
    contact_email: Email | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one field to change")
        if any(name in self.model_fields_set and getattr(self, name) is None for name in CODE_FIELDS):
            raise ValueError("send a list of codes, or leave the field out")
        return self


class OfferBatch(BaseModel):
    """Up to a thousand offers, each known by its source and the id it has there."""

    model_config = ConfigDict(extra="forbid")

    offers: tuple[ListedOfferForm, ...] = Field(min_length=1, max_length=BATCH_MAX)

    @model_validator(mode="after")
    def _each_is_sent_once(self) -> Self:
        if len({(offer.source, offer.source_id) for offer in self.offers}) != len(self.offers):
            raise ValueError("send each source_id once")
        return self


class OfferFilter(BaseModel):
    """Which offers to list; what is not sent does not matter."""

    model_config = ConfigDict(extra="forbid")

    region: RegionId | None = None
    kind: OfferKind | None = None
    need: Need | None = None
    paused: bool | None = None
    source: SourceName | None = None
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class BatchAdded(BaseModel):
    """What became of a batch."""

    created: int
    changed: int
    unchanged: int


class OfferView(BaseModel):
    """An offer as staff see it. How it is reached is not part of it."""

    id: UUID
    kind: OfferKind
    region: str
    name: str | None
    needs: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    modes: tuple[str, ...]
    age_bands: tuple[str, ...]
    capacity: int | None
    held: int
    taken: int
    paused_because: Literal["staff", "not-active", "vanished"] | None
    source: str | None
    source_id: str | None
    created_at: datetime
    updated_at: datetime


def check_kind(kind: OfferKind, name: str | None, capacity: int | None) -> None:
    """Raises ValueError when an offer of this kind cannot be so."""
    if kind is OfferKind.SUPPORTER and name is not None:
        raise ValueError("leave name out: a supporter's name is not kept here")
    if kind is not OfferKind.SUPPORTER and name is None:
        raise ValueError("give a group or service the name it is known by")
    if kind is not OfferKind.GROUP and capacity is None:
        raise ValueError("say how many places there are; only a group can be open to everyone")
