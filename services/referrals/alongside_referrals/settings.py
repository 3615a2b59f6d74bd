"""Settings of the referrals service, beside those of every service."""

from pathlib import Path
from typing import Final

from alongside_chassis.settings import Settings as ChassisSettings

SHIPPED_POLICIES: Final = Path(__file__).parent / "policies" / "regions.json"


class Settings(ChassisSettings):
    """The referrals service's settings, read from `ALONGSIDE_…`."""

    referral_policy_file: Path = SHIPPED_POLICIES
    """JSON in the shape of the shipped policies/regions.json: due times, ladders, business calendars."""
