"""The names of matching's own log lines, beside those of the chassis."""

from typing import Final

from alongside_chassis.observe import LogName

DIRECTORY_IMPORTED: Final = LogName("directory-imported")
"""One package was taken in, with counts."""
OFFERS_LOADED: Final = LogName("offers-loaded")
"""One region's offers are in memory."""
