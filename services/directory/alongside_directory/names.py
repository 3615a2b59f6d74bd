"""The names of the directory's own log events."""

from typing import Final

from alongside_chassis.observe import LogName

DIRECTORY_CLAIM_LOST: Final = LogName("directory-claim-lost")
"""An import was continued by another process, because the database connection that claimed it was lost."""
DIRECTORY_INDEXED: Final = LogName("directory-indexed")
"""Records that no import of this release had stored were indexed, so that words find them; with their number."""
DIRECTORY_IMPORTED: Final = LogName("directory-imported")
"""One directory package was imported, with counts."""
