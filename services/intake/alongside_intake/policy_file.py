"""Reads the regions' policies from their file, and refuses values that a rule cannot work with."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from alongside_contracts.codes import Codes
from alongside_contracts.ids import RegionId
from alongside_contracts.vocabulary import AgeBand
from alongside_intake.domain import facts

PostalPrefix = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")]


class PolicyFileError(Exception):
    """The policy file is missing or wrong; the message says where and why. Raised at start, never later."""


def read_policies(file: Path, codes: Codes) -> facts.Policies:
    """Return the policies in `file`, with the code lists. Raises PolicyFileError."""
    try:
        document = _Document.model_validate_json(file.read_bytes())
    except OSError as error:
        raise PolicyFileError(
            f"cannot read the region policies at {file}: {error.strerror}; "
            "set ALONGSIDE_REGION_POLICY_FILE to a file that this process can read"
        ) from error
    except ValidationError as error:
        raise PolicyFileError(
            f"the region policies at {file} are wrong; correct each field named here: {error}"
        ) from error
    return facts.Policies(
        regions={region: _region_policy(region, entry) for region, entry in document.regions.items()},
        elsewhere=_region_policy("elsewhere", document.elsewhere),
        codes=codes,
    )


class _Resource(BaseModel):
    model_config = ConfigDict(extra="forbid")
    purpose: Literal["crisis", "immediate-danger"]
    name: str = Field(min_length=1)
    number: str = Field(min_length=1)


class _Region(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1)
    postal_prefixes: tuple[PostalPrefix, ...]
    age_bands: frozenset[AgeBand]
    comfort_sharing_min: int = Field(ge=1, le=5)
    comfort_listening_min: int = Field(ge=1, le=5)
    escalation_minutes_max: int = Field(ge=1)
    held_days_max: int = Field(ge=1)
    crisis_resources: tuple[_Resource, ...] = Field(min_length=1)


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")
    regions: dict[RegionId, _Region] = Field(min_length=1)
    elsewhere: _Region


def _region_policy(region: str, entry: _Region) -> facts.RegionPolicy:
    return facts.RegionPolicy(
        id=region,
        name=entry.name,
        postal_prefixes=entry.postal_prefixes,
        age_bands=frozenset(band.value for band in entry.age_bands),
        comfort_sharing_min=entry.comfort_sharing_min,
        comfort_listening_min=entry.comfort_listening_min,
        escalation_minutes_max=entry.escalation_minutes_max,
        held_days_max=entry.held_days_max,
        crisis_resources=tuple(
            facts.CrisisResource(resource.purpose, resource.name, resource.number)
            for resource in entry.crisis_resources
        ),
    )
