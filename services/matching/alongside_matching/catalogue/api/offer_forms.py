"""Forms in which offers are sent over HTTP."""

from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from alongside_chassis.http import PAGE_MAX
from alongside_contracts.codes.fields import (
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
from alongside_contracts.fields.addresses import EmailAddress
from alongside_contracts.fields.lists import AtMost
from alongside_contracts.fields.times import Day, Moment
from alongside_contracts.ids import LanguageTag, Reference, RegionId, new_id
from alongside_contracts.vocabulary import AgeBand, OfferKind
from alongside_matching.catalogue.api.offer_fields import (
    CODES_MAX,
    RECORDS_MAX,
    AgreementForm,
    Availability,
    CertificateForm,
    Eligible,
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
    needs: Annotated[tuple[ListedNeed, ...], AtMost(CODES_MAX, least=1)]
    languages: Annotated[tuple[LanguageTag, ...], AtMost(CODES_MAX, least=1)] = ("en",)
    formats: Annotated[tuple[ListedFormat, ...], AtMost(CODES_MAX)] = ()
    modes: Annotated[tuple[ListedMode, ...], AtMost(CODES_MAX)] = ()
    age_bands: Annotated[tuple[AgeBand, ...], AtMost(CODES_MAX)] = ()
    hopes: Annotated[tuple[ListedHope, ...], AtMost(CODES_MAX)] = ()
    interests: Annotated[tuple[ListedInterest, ...], AtMost(CODES_MAX)] = ()
    identities: Annotated[tuple[ListedIdentity, ...], AtMost(CODES_MAX)] = ()
    organisations: Annotated[tuple[Reference, ...], AtMost(CODES_MAX)] = ()
    eligibility: Annotated[tuple[Eligible, ...], AtMost(CODES_MAX)] = ()
    only_for: Annotated[tuple[ListedIdentity, ...], AtMost(CODES_MAX)] = ()
    capacity: Places | None = 1
    availability: Availability = ()
    position: PositionForm | None = None
    reach_km: Kilometres | None = None
    certification_required: bool = False
    required_endorsement: ListedEndorsement | None = None
    certificates: Annotated[tuple[CertificateForm, ...], AtMost(RECORDS_MAX)] = ()
    trainings: Annotated[tuple[TrainingForm, ...], AtMost(RECORDS_MAX)] = ()
    check_required: bool = False
    checked_until: Day | None = None
    contact_email: EmailAddress | None = None

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
    needs: Annotated[tuple[NeedCode, ...], AtMost(CODES_MAX, least=1)] | None = None
    languages: Annotated[tuple[LanguageTag, ...], AtMost(CODES_MAX, least=1)] | None = None
    formats: Annotated[tuple[FormatCode, ...], AtMost(CODES_MAX)] | None = None
    modes: Annotated[tuple[ModeCode, ...], AtMost(CODES_MAX)] | None = None
    age_bands: Annotated[tuple[AgeBand, ...], AtMost(CODES_MAX)] | None = None
    hopes: Annotated[tuple[HopeCode, ...], AtMost(CODES_MAX)] | None = None
    interests: Annotated[tuple[InterestCode, ...], AtMost(CODES_MAX)] | None = None
    identities: Annotated[tuple[IdentityCode, ...], AtMost(CODES_MAX)] | None = None
    organisations: Annotated[tuple[Reference, ...], AtMost(CODES_MAX)] | None = None
    eligibility: Annotated[tuple[NeedCode, ...], AtMost(CODES_MAX)] | None = None
    only_for: Annotated[tuple[IdentityCode, ...], AtMost(CODES_MAX)] | None = None
    capacity: Places | None = None
    position: PositionForm | None = None
    reach_km: Kilometres | None = None
    certification_required: bool = False
    required_endorsement: ListedEndorsement | None = None
    check_required: bool = False
    checked_until: Day | None = None
    contact_email: EmailAddress | None = None

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

    offers: Annotated[tuple[ListedOfferForm, ...], AtMost(BATCH_MAX, least=1)]

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

    until: Moment | None = None


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
