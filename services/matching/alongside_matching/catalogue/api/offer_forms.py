"""Forms in which offers are sent over HTTP."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, Field, model_validator

from alongside_chassis.http import PAGE_MAX
from alongside_contracts.codes.fields import (
    CodesIn,
    FormatCode,
    HopeCode,
    IdentityCode,
    InterestCode,
    ListedCodeOf,
    ListedEndorsement,
    ListedFormat,
    ListedHope,
    ListedIdentity,
    ListedInterest,
    ListedMode,
    ListedNeed,
    ModeCode,
    NeedCode,
)
from alongside_contracts.ids import LanguageTag, Reference, RegionId, new_id
from alongside_contracts.vocabulary import AgeBand, OfferKind
from alongside_matching.catalogue.api.offer_fields import (
    CODES_MAX,
    RECORDS_MAX,
    AgreementForm,
    Availability,
    CertificateForm,
    Eligible,
    Email,
    Kilometres,
    Places,
    PositionForm,
    PublicName,
    SourceName,
    Strict,
    TrainingForm,
    mask_of,
)
from alongside_matching.catalogue.rules.coarse_position import round_to_grid
from alongside_matching.catalogue.store.offer_batches import NewOffer
from alongside_matching.catalogue.store.offers import CODE_FIELDS, OfferProfile
from alongside_matching.catalogue.store.supporters import NewRecord

BATCH_MAX: Final = 1_000
SUPPORTERS_ONLY: Final = ("certificates", "trainings", "hours_per_week_max", "supervisor", "organisations")
_PLAIN_FIELDS: Final = ("required_endorsement", "check_required", "checked_until", "reach_km")
_NOT_IN_PROFILE: Final = ("position", "capacity", "contact_email")
"""Fields of a change that are not in the profile, or are stored in another shape."""


class OfferForm(AgreementForm):
    """A new offer. `capacity` null means open to everyone, which only a group can be.

    Groups and services have a public name. A supporter's name is neither stored nor asked for; `organisations` are
    opaque references of the organisations a supporter belongs to, so that nobody is matched with a colleague.
    `eligibility` are the needs and ages a service restricts itself to, `only_for` the identities it is reserved for,
    such as women. An offer that requires an endorsement requires certification.
    """

    kind: OfferKind
    region: RegionId
    name: PublicName | None = None
    needs: CodesIn[ListedNeed] = Field(min_length=1, max_length=CODES_MAX)
    languages: tuple[LanguageTag, ...] = Field(default=("en",), min_length=1, max_length=CODES_MAX)
    formats: CodesIn[ListedFormat] = Field(default=(), max_length=CODES_MAX)
    modes: CodesIn[ListedMode] = Field(default=(), max_length=CODES_MAX)
    age_bands: tuple[AgeBand, ...] = Field(default=(), max_length=CODES_MAX)
    hopes: CodesIn[ListedHope] = Field(default=(), max_length=CODES_MAX)
    interests: CodesIn[ListedInterest] = Field(default=(), max_length=CODES_MAX)
    identities: CodesIn[ListedIdentity] = Field(default=(), max_length=CODES_MAX)
    organisations: tuple[Reference, ...] = Field(default=(), max_length=CODES_MAX)
    eligibility: CodesIn[Eligible] = Field(default=(), max_length=CODES_MAX)
    only_for: CodesIn[ListedIdentity] = Field(default=(), max_length=CODES_MAX)
    capacity: Places | None = 1
    availability: Availability = ()
    position: PositionForm | None = None
    reach_km: Kilometres | None = None
    certification_required: bool = False
    required_endorsement: ListedEndorsement | None = None
    certificates: tuple[CertificateForm, ...] = Field(default=(), max_length=RECORDS_MAX)
    trainings: tuple[TrainingForm, ...] = Field(default=(), max_length=RECORDS_MAX)
    check_required: bool = False
    checked_until: date | None = None
    contact_email: Email | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        check_kind(self.kind, self.name, self.capacity)
        supporter_only = [name for name in SUPPORTERS_ONLY if getattr(self, name)]
        if self.kind is not OfferKind.SUPPORTER and supporter_only:
            raise ValueError(f"remove {supporter_only[0]}: only a supporter can have it")
        if self.reach_km is not None and self.position is None:
            raise ValueError("send position: reach_km is measured from it")
        return self

    def as_new(self, source: str | None = None, source_id: str | None = None) -> NewOffer:
        """Return the row to add, with a new id and the content hash that shows a repeated import as unchanged."""
        codes = self.model_dump(mode="json", include=set(CODE_FIELDS))
        profile: dict[str, Any] = {
            **self.model_dump(include=set(_PLAIN_FIELDS)),
            **coarse_position(self.position),
            **{name: tuple(dict.fromkeys(values)) for name, values in codes.items()},
        }
        content = self.model_dump_json(exclude_defaults=True)
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
            content_hash=sha256(content.encode()).hexdigest() if source else None,
            availability=mask_of(self.availability),
            certification_required=self.certification_required or self.required_endorsement is not None,
            record=self._record() if self.kind is OfferKind.SUPPORTER else None,
            **profile,
        )

    def _record(self) -> NewRecord:
        return NewRecord(
            hours_per_week_max=self.hours_per_week_max,
            supervisor=self.supervisor,
            certificates=[form.certificate() for form in self.certificates],
            trainings=[form.training() for form in self.trainings],
        )


class ListedOfferForm(OfferForm):
    """An offer with a record in another system: `source` names the system, `source_id` the record there."""

    source: SourceName
    source_id: SourceName

    def as_listed(self) -> NewOffer:
        """Return the row to add or replace."""
        return self.as_new(self.source, self.source_id)


class OfferChanges(Strict):
    """Changes of an offer; an omitted field stays unchanged. `position` null deletes the position.

    Whether a code is listed depends on the offer: on its region, and on the codes it has already.
    """

    name: PublicName | None = None
    needs: tuple[NeedCode, ...] | None = Field(default=None, min_length=1, max_length=CODES_MAX)
    languages: tuple[LanguageTag, ...] | None = Field(default=None, min_length=1, max_length=CODES_MAX)
    formats: tuple[FormatCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    modes: tuple[ModeCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    age_bands: tuple[AgeBand, ...] | None = Field(default=None, max_length=CODES_MAX)
    hopes: tuple[HopeCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    interests: tuple[InterestCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    identities: tuple[IdentityCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    organisations: tuple[Reference, ...] | None = Field(default=None, max_length=CODES_MAX)
    eligibility: tuple[NeedCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    only_for: tuple[IdentityCode, ...] | None = Field(default=None, max_length=CODES_MAX)
    capacity: Places | None = None
    position: PositionForm | None = None
    reach_km: Kilometres | None = None
    certification_required: bool = False
    required_endorsement: ListedEndorsement | None = None
    check_required: bool = False
    checked_until: date | None = None
    contact_email: Email | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("send at least one field to change")
        if any(name in self.model_fields_set and getattr(self, name) is None for name in CODE_FIELDS):
            raise ValueError("send a list, or omit the field to leave it unchanged")
        return self

    def profile(self, current: OfferProfile) -> OfferProfile:
        """Return the offer's profile with the sent fields replaced."""
        plain_values = self.model_dump(exclude_unset=True, exclude={*CODE_FIELDS, *_NOT_IN_PROFILE})
        code_lists = self.model_dump(mode="json", exclude_unset=True, include=set(CODE_FIELDS))
        codes = {name: tuple(values) for name, values in code_lists.items()}
        where = coarse_position(self.position) if "position" in self.model_fields_set else {}
        implied = {"certification_required": True} if self.required_endorsement is not None else {}
        return replace(current, **{**plain_values, **codes, **where, **implied})

    def places(self, current: int | None) -> int | None:
        """Return the agreed number of places after the change."""
        return self.capacity if "capacity" in self.model_fields_set else current


class OfferBatch(Strict):
    """Up to a thousand offers, each identified by its source and its id there."""

    offers: CodesIn[ListedOfferForm] = Field(min_length=1, max_length=BATCH_MAX)

    @model_validator(mode="after")
    def _each_is_sent_once(self) -> Self:
        if len({(offer.source, offer.source_id) for offer in self.offers}) != len(self.offers):
            raise ValueError("send each source_id once")
        return self


class OfferFilter(Strict):
    """Filter for listing offers; an omitted field does not filter."""

    region: RegionId | None = None
    kind: OfferKind | None = None
    need: Annotated[str, ListedCodeOf("needs", ended=True)] | None = None
    paused: bool | None = None
    source: SourceName | None = None
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


class PauseForm(Strict):
    """How long to pause an offer: until a time, or until it is resumed."""

    until: AwareDatetime | None = None


class CapacityForm(Strict):
    """The agreed number of places; null is open to everyone, which only a group can be."""

    capacity: Places | None


class AvailabilityForm(Strict):
    """The offer's free periods in the region's week, replacing the stored ones; empty means unknown."""

    windows: Availability


def check_kind(kind: OfferKind, name: str | None, capacity: int | None) -> None:
    """Raise ValueError when an offer of this kind cannot have this name or capacity."""
    if kind is OfferKind.SUPPORTER and name is not None:
        raise ValueError("remove name: a supporter's name is not stored")
    if kind is not OfferKind.SUPPORTER and name is None:
        raise ValueError("send name: a group or service needs its public name")
    if kind is not OfferKind.GROUP and capacity is None:
        raise ValueError("send capacity as a number; only a group can be open to everyone")


def coarse_position(position: PositionForm | None) -> dict[str, float | None]:
    """Return a position rounded for storage."""
    if position is None:
        return {"latitude": None, "longitude": None}
    return {"latitude": round_to_grid(position.latitude), "longitude": round_to_grid(position.longitude)}
