"""The directory's settings, in addition to those of every service."""

from pathlib import Path
from typing import Final

from pydantic import Field, SecretStr

from alongside_chassis.settings import Settings as ChassisSettings

SHIPPED_POLICIES: Final = Path(__file__).parent / "policies" / "directory.json"


class Settings(ChassisSettings):
    """The directory's settings, read from `ALONGSIDE_…`."""

    directory_policy_file: Path = SHIPPED_POLICIES
    """JSON in the shape of the shipped policies/directory.json; only regions named there have directories."""
    directory_bytes_max: int = Field(default=64 * 1024 * 1024, ge=1024)
    """Largest datapackage that is accepted, in bytes."""
    directory_batch_max: int = Field(default=500, ge=1, le=5_000)
    """Services of a directory that one transaction stores."""
    directory_poll_seconds: float = Field(default=1.0, gt=0)
    """Seconds between checks for an uploaded directory."""
    directory_public_url: str = "http://127.0.0.1:8105"
    """The address at which anybody reads this directory; its own description names it."""


class CarryOverSettings(Settings):
    """The settings of `python -m alongside_directory.carry_over`: also where the directory was before."""

    matching_database_url: SecretStr
    """`postgresql://role:password@host:port/database` of matching; only read."""

    @property
    def of_matching(self) -> Settings:
        """The same settings with matching's database."""
        return self.model_copy(update={"database_url": self.matching_database_url})
