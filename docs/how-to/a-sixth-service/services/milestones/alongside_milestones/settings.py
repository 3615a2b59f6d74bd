"""The settings of the milestones service: those of every service."""

from alongside_chassis.settings import Settings as ChassisSettings


class Settings(ChassisSettings):
    """The milestones service's settings, read from `ALONGSIDE_…`."""
