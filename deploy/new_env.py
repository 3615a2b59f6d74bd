"""Print deploy/example.env with a fresh secret in every blank: `python3 deploy/new_env.py > .env`."""

import base64
import re
import secrets
import sys
from pathlib import Path

EXAMPLE = Path(__file__).with_name("example.env")


def filled(example: str) -> str:
    """The example with its blanks filled; what is set or commented out stays."""
    return re.sub(
        r"^([A-Z_]+)=$", lambda blank: f"{blank[1]}={secret(blank[1])}", example, flags=re.MULTILINE
    )


def secret(name: str) -> str:
    """32 random bytes: in base64 for a key, in hexadecimal for what ends up in an address."""
    fresh = secrets.token_bytes(32)
    return base64.b64encode(fresh).decode() if name.endswith("_KEY") else fresh.hex()


if __name__ == "__main__":
    sys.stdout.write(filled(EXAMPLE.read_text(encoding="utf-8")))
