"""Reads the regions' policies from their file, and refuses a file that a rule could stumble over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from alongside_contracts.ids import LanguageTag, RegionId
from alongside_matching.domain.policy import Policies, Policy, Weights
from alongside_matching.domain.wellbeing import Norms


class PolicyFileError(Exception):
    """The policy file is missing or wrong; the message says where and why. Raised at start, never later."""


def read_policies(file: Path) -> Policies:
    """The policies in `file`: what holds everywhere, and what a region changes. Raises PolicyFileError."""
    try:
        document = _Document.model_validate_json(file.read_bytes())
        return Policies(
            everywhere=_policy(document.everywhere),
            regions={
                region: _policy(_changed(document.everywhere, changes))
                for region, changes in document.regions.items()
            },
        )
    except OSError as error:
        raise PolicyFileError(f"cannot read the region policies at {file}: {error.strerror}") from error
    except ValidationError as error:
        raise PolicyFileError(f"the region policies at {file} are wrong: {error}") from error


class _Weights(BaseModel):
    model_config = ConfigDict(extra="forbid")
    shared_need: float = Field(ge=0)
    preferred_format: float = Field(ge=0)
    preferred_mode: float = Field(ge=0)
    free_places: float = Field(ge=0)

    @model_validator(mode="after")
    def _something_counts(self) -> "_Weights":
        if self.shared_need + self.preferred_format + self.preferred_mode + self.free_places <= 0:
            raise ValueError("at least one weight must be above 0")
        return self


_Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]


class _Norms(BaseModel):
    model_config = ConfigDict(extra="forbid")
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
    if name not in available_timezones():
        raise ValueError("not a time zone of the IANA database")
    return name


class _Numbers(BaseModel):
    model_config = ConfigDict(extra="forbid")
    respond_hours: float = Field(gt=0)
    respond_hours_urgent: float = Field(gt=0)
    directory_capacity: int = Field(ge=0)
    directory_language: LanguageTag
    candidates_max: int = Field(ge=1, le=1_000)
    pages_max: int = Field(ge=1, le=20)
    wake_max: int = Field(ge=1, le=500)
    look_soon_seconds: float = Field(gt=0, le=60)
    look_again_seconds: float = Field(gt=0, le=3_600)
    weights: _Weights
    norms: _Norms
    zone: Annotated[str, AfterValidator(_known_zone)]
    seat_hold_minutes: float = Field(gt=0)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")
    everywhere: _Numbers
    regions: dict[RegionId, dict[str, Any]]


def _changed(everywhere: _Numbers, changes: Mapping[str, Any]) -> _Numbers:
    before = everywhere.model_dump()
    parts = {name: before[name] | changes.get(name, {}) for name in ("weights", "norms")}
    return _Numbers.model_validate({**before, **changes, **parts})


def _policy(given: _Numbers) -> Policy:
    parts = {"weights": Weights(**given.weights.model_dump()), "norms": Norms(**given.norms.model_dump())}
    numbers = given.model_dump() | parts
    return Policy(**numbers)
