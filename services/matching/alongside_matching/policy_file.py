"""Reads the regions' policies from their file or from a document, and refuses invalid values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    model_validator,
)

from alongside_contracts.ids import LanguageTag, RegionId
from alongside_matching.engine.curve import Curve, curve
from alongside_matching.engine.policy import Curves, Policies, Policy, Sharing, Weights
from alongside_matching.engine.wellbeing import Norms
from alongside_matching.groups.schedule import is_zone


class PolicyFileError(Exception):
    """A policy file or document is missing or invalid; the message says where and why. The file is read only at start."""


def read_policies(file: Path) -> Policies:
    """Read the policies in `file`: the defaults, and what each region changes. Raises PolicyFileError."""
    try:
        return _policies(_Document.model_validate_json(file.read_bytes()))
    except OSError as error:
        raise PolicyFileError(
            f"cannot read the region policies at {file}: {error.strerror}; set ALONGSIDE_MATCHING_POLICY_FILE to a JSON file"
        ) from error
    except ValidationError as error:
        raise PolicyFileError(f"the region policies at {file} are invalid: {error}") from error


def parse_policies(document: Mapping[str, Any]) -> Policies:
    """Return the policies of a document in the shape of the file. Raises PolicyFileError."""
    try:
        return _policies(_Document.model_validate(document))
    except ValidationError as error:
        raise PolicyFileError(f"the policies are invalid: {error}") from error


def parse_policy(numbers: Mapping[str, Any]) -> Policy:
    """Return one region's policy from its `numbers`, as they are stored with decisions. Raises PolicyFileError."""
    try:
        return _Numbers.model_validate(numbers).policy()
    except ValidationError as error:
        raise PolicyFileError(f"the numbers of this policy are invalid: {error}") from error


def _read_curve(value: object) -> Curve:
    if isinstance(value, Curve):
        return value
    try:
        return curve(value)  # type: ignore[arg-type]  # any value is accepted here; `curve` refuses all but pairs of numbers
    except TypeError as error:
        raise ValueError("give a curve as a list of pairs of numbers") from error


def _rising(value: Curve) -> Curve:
    if not value.rises:
        raise ValueError("the worth must not fall as the quantity rises")
    return value


def _falling(value: Curve) -> Curve:
    if not value.falls:
        raise ValueError("the worth must not rise as the quantity rises")
    return value


_Points = Annotated[Curve, PlainValidator(_read_curve), PlainSerializer(lambda value: value.points)]
_Rising = Annotated[_Points, AfterValidator(_rising)]
_Falling = Annotated[_Points, AfterValidator(_falling)]
_Number = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Weights(_Strict):
    shared_need: _Number
    hopes: _Number
    preferred_format: _Number
    preferred_mode: _Number
    availability: _Number
    distance: _Number
    interests: _Number
    identities: _Number
    continuity: _Number
    free_places: _Number

    @model_validator(mode="after")
    def _something_always_counts(self) -> "_Weights":
        if self.shared_need + self.free_places <= 0:
            raise ValueError(
                "set shared_need or free_places above 0: the other weights do not count for every request"
            )
        return self


class _Curves(_Strict):
    common_minutes: _Rising
    distance_km: _Falling
    load: _Falling
    waiting_hours: _Rising


class _Sharing(_Strict):
    waits_cost: float = Field(ge=2, le=1_000)
    claim_urgent: float = Field(ge=0, le=10)
    claim_waiting: float = Field(ge=0, le=10)
    claim_priority: float = Field(ge=0, le=10)
    crowding: float = Field(ge=0, le=1)
    edges_max: int = Field(ge=0, le=10_000_000)


_Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class _Norms(_Strict):
    caseload_max: int = Field(ge=1)
    supporters_per_supervisor_max: int = Field(ge=1)
    supervision_days_max: int = Field(ge=1)
    supervision_overdue_share: _Share
    self_check_days: int = Field(ge=1)
    self_check_low: int = Field(ge=0, le=12)
    self_check_low_share: _Share
    self_check_exhausted: int = Field(ge=0, le=12)
    self_check_exhausted_share: _Share
    crisis_days: int = Field(ge=1, le=90)
    crisis_share: _Share

    @model_validator(mode="after")
    def _worse_is_not_better(self) -> "_Norms":
        if self.self_check_exhausted > self.self_check_low:
            raise ValueError("self_check_exhausted must not be above self_check_low")
        if self.self_check_exhausted_share > self.self_check_low_share:
            raise ValueError("self_check_exhausted_share must not be above self_check_low_share")
        return self


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("use a time zone of the IANA database, such as America/New_York")
    return name


class _Numbers(_Strict):
    respond_hours: float = Field(gt=0)
    respond_hours_urgent: float = Field(gt=0)
    directory_capacity: int = Field(ge=0)
    directory_language: LanguageTag
    wake_max: int = Field(ge=1, le=500)
    look_soon_seconds: float = Field(gt=0, le=60)
    look_again_seconds: float = Field(gt=0, le=3_600)
    ranked_max: int = Field(ge=1, le=1_000)
    weights: _Weights
    curves: _Curves
    sharing: _Sharing
    norms: _Norms
    zone: Annotated[str, AfterValidator(_known_zone)]
    seat_hold_minutes: float = Field(gt=0)

    def policy(self) -> Policy:
        """Return the same numbers in the type that the rules read."""
        plain = dict(self)
        return Policy(
            **plain
            | {
                "weights": Weights(**dict(self.weights)),
                "curves": Curves(**dict(self.curves)),
                "sharing": Sharing(**dict(self.sharing)),
                "norms": Norms(**dict(self.norms)),
            }
        )


class _Document(_Strict):
    everywhere: _Numbers
    regions: dict[RegionId, dict[str, Any]]


def _policies(document: _Document) -> Policies:
    return Policies(
        everywhere=document.everywhere.policy(),
        regions={
            region: _with_changes(document.everywhere, changes).policy()
            for region, changes in document.regions.items()
        },
    )


def _with_changes(everywhere: _Numbers, changes: Mapping[str, Any]) -> _Numbers:
    """Return the defaults with a region's changes: top-level fields, or single entries of weights, curves, sharing, norms."""
    defaults = everywhere.model_dump()
    nested = {
        part: defaults[part] | changes[part]
        for part in ("weights", "curves", "sharing", "norms")
        if isinstance(changes.get(part), Mapping)
    }
    return _Numbers.model_validate({**defaults, **changes, **nested})
