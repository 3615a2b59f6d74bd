"""Matching's settings, in addition to those of every service."""

from pathlib import Path
from typing import Final

from pydantic import Field

from alongside_chassis.settings import Settings as ChassisSettings

SHIPPED_POLICIES: Final = Path(__file__).parent / "policies" / "regions.json"


class Settings(ChassisSettings):
    """Matching's settings, read from `ALONGSIDE_…`."""

    matching_policy_file: Path = SHIPPED_POLICIES
    """JSON in the shape of the shipped policies/regions.json."""
    decision_days: int = Field(default=400, ge=1)
    """Days for which decisions are stored and can be explained."""
