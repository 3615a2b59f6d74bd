"""What matching can be told, beside what every service can."""

from pathlib import Path
from typing import Final

from pydantic import Field

from alongside_chassis.settings import Settings as ChassisSettings

SHIPPED_POLICIES: Final = Path(__file__).parent / "policies" / "regions.json"


class Settings(ChassisSettings):
    """Matching's settings, read from `ALONGSIDE_…`."""

    matching_policy_file: Path = SHIPPED_POLICIES
    """JSON in the shape of the shipped policies/regions.json."""
    directory_bytes_max: int = Field(default=64 * 1024 * 1024, ge=1024)
    """The largest datapackage that is taken in."""
    directory_batch_max: int = Field(default=500, ge=1, le=5_000)
    """How many services of a directory one transaction stores."""
    directory_poll_seconds: float = Field(default=1.0, gt=0)
    """How soon an uploaded directory is noticed."""
    decision_days: int = Field(default=400, ge=1)
    """How long it can be asked why somebody was matched as they were."""
