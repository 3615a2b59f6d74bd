"""What the milestones service can be told: what every service can."""

from alongside_chassis.settings import Settings as ChassisSettings


class Settings(ChassisSettings):
    """The milestones service's settings, read from `ALONGSIDE_…`."""
