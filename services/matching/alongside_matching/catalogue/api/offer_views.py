"""Views in which offers are returned over HTTP."""

from dataclasses import fields
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from alongside_contracts.vocabulary import OfferKind
from alongside_matching.catalogue.rules.pauses import KEPT_BY_STAFF, KEPT_REMEDY, PausedBecause
from alongside_matching.catalogue.store.offer_batches import Added
from alongside_matching.catalogue.store.offers import OfferProfile, StoredOffer
from alongside_matching.engine.week import windows_of


class KeptView(BaseModel):
    """Fields of an offer that staff have set and its source sends otherwise: they stay as staff set them."""

    source_id: str
    fields: tuple[str, ...]
    code: str = KEPT_BY_STAFF
    remedy: str = KEPT_REMEDY


class BatchAdded(BaseModel):
    """Result of a batch."""

    created: int
    changed: int
    unchanged: int
    kept: tuple[KeptView, ...] = ()

    @classmethod
    def of(cls, added: Added, sent: int) -> "BatchAdded":
        """Return the result of a batch of so many offers."""
        kept = tuple(KeptView(source_id=it.source_id, fields=it.fields) for it in added.kept)
        created, changed = len(added.created), len(added.changed)
        return cls(created=created, changed=changed, unchanged=sent - created - changed, kept=kept)


class WindowView(BaseModel):
    """A period of one weekday in the region's wall time."""

    weekday: str
    starts: str
    ends: str


class PositionView(BaseModel):
    """Position of an offer, to about 5 km."""

    latitude: float
    longitude: float


class OfferView(BaseModel):
    """An offer for staff, without its contact.

    `capacity` is the number of places the offer can fill now. It may be lower than agreed, and even lower than held
    plus taken: then existing promises stay and no new ones are made. The reason for a lower number is not shown.
    """

    id: UUID
    kind: OfferKind
    region: str
    name: str | None
    needs: tuple[str, ...]
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    modes: tuple[str, ...]
    age_bands: tuple[str, ...]
    hopes: tuple[str, ...]
    interests: tuple[str, ...]
    identities: tuple[str, ...]
    organisations: tuple[str, ...]
    eligibility: tuple[str, ...]
    only_for: tuple[str, ...]
    availability: tuple[WindowView, ...]
    position: PositionView | None
    reach_km: float | None
    certification_required: bool
    required_endorsement: str | None
    certified_until: date | None
    endorsements: tuple[str, ...]
    check_required: bool
    checked_until: date | None
    capacity: int | None
    held: int
    taken: int
    paused_because: PausedBecause | None
    paused_until: datetime | None
    place_closed: bool
    source: str | None
    source_id: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, offer: StoredOffer) -> "OfferView":
        """Return the view of a stored offer."""
        profile, free_windows = offer.profile, windows_of(offer.availability)
        where = {"latitude": profile.latitude, "longitude": profile.longitude}
        computed = {
            "capacity": offer.effective_capacity,
            "availability": [
                WindowView.model_validate(window, from_attributes=True) for window in free_windows
            ],
            "position": None if profile.latitude is None else where,
        }
        return cls.model_validate({**_fields_of(profile), **_fields_of(offer), **computed})


class CertificateView(BaseModel):
    """A certificate, and whether it is valid today."""

    issuer: str
    endorsement: str
    issued_on: date
    expires_on: date
    valid: bool


class TrainingView(BaseModel):
    """A completed training."""

    topic: str
    hours: float
    completed_on: date


class RecordView(BaseModel):
    """A supporter's record for their supervisor, without self-checks, crises and time spent supporting."""

    hours_per_week_max: float | None
    supervisor: str | None
    certificates: tuple[CertificateView, ...]
    trainings: tuple[TrainingView, ...]
    training_hours: float
    supervised_on: tuple[date, ...]
    """The latest supervisions, newest first."""


def _fields_of(record: StoredOffer | OfferProfile) -> dict[str, object]:
    return {field.name: getattr(record, field.name) for field in fields(record)}
