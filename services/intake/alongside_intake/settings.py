"""Intake's settings, beside those of every service."""

import base64
import binascii
from pathlib import Path
from typing import Final

from pydantic import SecretStr, field_validator

from alongside_chassis.settings import Settings as ChassisSettings

MASTER_KEY_BYTES: Final = 32
SHIPPED_POLICIES: Final = Path(__file__).parent / "policies" / "regions.json"


class Settings(ChassisSettings):
    """Intake's settings, read from `ALONGSIDE_…`."""

    person_key: SecretStr
    """Base64 of the 32-byte master key that wraps every person's own key; losing it erases everyone."""
    region_policy_file: Path = SHIPPED_POLICIES
    """JSON in the shape of the shipped policies/regions.json."""

    @field_validator("person_key")
    @classmethod
    def _is_a_whole_key(cls, key: SecretStr) -> SecretStr:
        try:
            length = len(base64.b64decode(key.get_secret_value(), validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if length != MASTER_KEY_BYTES:
            raise ValueError(
                f"give the network's key, {MASTER_KEY_BYTES} bytes in base64; only a new network makes one:"
                f" openssl rand -base64 {MASTER_KEY_BYTES}"
            )
        return key

    @property
    def master_key(self) -> bytes:
        """The decoded key, 32 bytes."""
        return base64.b64decode(self.person_key.get_secret_value())
