"""The names of intake's own log lines, beside those of the chassis."""

from typing import Final

from alongside_chassis.observe import LogName

CONTACT_ROUTE_UNREADABLE: Final = LogName("contact-route-unreadable")
"""A stored contact route cannot be opened; a person must find out why."""
