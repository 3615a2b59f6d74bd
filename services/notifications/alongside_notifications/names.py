"""The names of notifications' own log lines, beside those of the chassis."""

from typing import Final

from alongside_chassis.observe import LogName

CRISIS_PAGED: Final = LogName("crisis-paged")
"""A coordinator on call was paged by mail, of a crisis or an unread stream, or has no address to be paged at."""
MAIL_FAILED: Final = LogName("mail-failed")
"""An error that nobody foresaw ended an attempt to send; after a few of them the notice fails."""
MAIL_REFUSED: Final = LogName("mail-refused")
"""One notice will not be sent by mail; a person must find out why."""
MAIL_WAITS: Final = LogName("mail-waits")
"""One notice will be tried again later."""
