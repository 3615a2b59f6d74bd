"""What a region decides about directories. Only regions named in the policy file have one."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alongside_contracts.ids import LanguageTag, RegionId


class DirectoryPolicyError(Exception):
    """The policy file is missing or invalid; the message says where and why. The file is read only at start."""


class Area(BaseModel):
    """Where a region's places are: within `km` kilometres of a point in degrees (WGS 84)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    km: float = Field(gt=0, le=20_040, allow_inf_nan=False)


class DirectoryPolicy(BaseModel):
    """One region's decisions.

    `retire_share_max`: the share of a source's records, offers or rows, 0 to 1, above which a package that lacks them is
    held until somebody confirms it. `area`: where its places are; without it, coordinates that are far away are not noticed.
    `language`: in which most of what its publishers write is (BCP 47).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    retire_share_max: float = Field(default=0.2, ge=0, le=1)
    area: Area | None = None
    language: LanguageTag = "en"


class DirectoryPolicies(BaseModel):
    """The policies of all known regions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regions: Mapping[RegionId, DirectoryPolicy]


def policy_of(regions: Mapping[str, DirectoryPolicy], region: str) -> DirectoryPolicy:
    """Return what a region decides; the defaults for one that is not in the policy file any more."""
    return regions.get(region, DirectoryPolicy())


def read_directory_policies(file: Path) -> Mapping[str, DirectoryPolicy]:
    """Return the policy of each known region. Raises DirectoryPolicyError."""
    try:
        return DirectoryPolicies.model_validate_json(file.read_bytes()).regions
    except OSError as error:
        raise DirectoryPolicyError(
            f"cannot read the directory policies at {file}: {error.strerror};"
            " set ALONGSIDE_DIRECTORY_POLICY_FILE to a JSON file"
        ) from error
    except ValidationError as error:
        raise DirectoryPolicyError(f"the directory policies at {file} are invalid: {error}") from error
