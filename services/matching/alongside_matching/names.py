"""The names of matching's own log events."""

from typing import Final

from alongside_chassis.observe import LogName

OFFERS_LOADED: Final = LogName("offers-loaded")
"""The offers of one region were loaded into memory."""
