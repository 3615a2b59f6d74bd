"""The names of intake's own log lines, beside those of the chassis."""

from typing import Final

from alongside_chassis.observe import LogName

CONTACT_ROUTE_UNREADABLE: Final = LogName("contact-route-unreadable")
"""A sealed address does not open; a person must look."""
