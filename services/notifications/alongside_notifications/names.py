"""The names of notifications's own log lines, beside those of the chassis."""

from typing import Final

from alongside_chassis.observe import LogName

CRISIS_PAGED: Final = LogName("crisis-paged")
"""Somebody on call was paged, or nobody could be."""
MAIL_REFUSED: Final = LogName("mail-refused")
"""One notice will not be sent by mail; a person must look."""
MAIL_WAITS: Final = LogName("mail-waits")
"""One notice is tried again later."""
