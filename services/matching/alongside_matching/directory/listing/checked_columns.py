"""Reading one column of a row: the value as it should be, and a flag for what was wrong with it."""

import re

from alongside_matching.directory.listing.row_audit import RowAudit
from alongside_matching.directory.source.findings import FlagKind
from alongside_matching.directory.source.reader import Row
from alongside_matching.text import RepairedText, repair_text

_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#][^\s\\]*)?", re.IGNORECASE)


def read_text(audit: RowAudit, row: Row, column: str) -> RepairedText:
    """The repaired text of a column."""
    words = repair_text(row.text(column))
    if words.mojibake_repaired:
        audit.flag(row, FlagKind.MOJIBAKE_REPAIRED, column)
    if words.mojibake_left:
        audit.flag(
            row,
            FlagKind.MOJIBAKE_NOT_REPAIRABLE,
            column,
            "more than one reading is possible; kept as it came",
        )
    if words.escapes_repaired:
        audit.flag(row, FlagKind.ESCAPE_REPAIRED, column, "line breaks were written as letters")
    if words.area_markers:
        audit.flag(row, FlagKind.AREA_MARKER_LIFTED, column, ", ".join(words.area_markers))
    return words


def read_url(audit: RowAudit, row: Row) -> str:
    """The web address of a row as published; empty when it cannot be one."""
    url = row.text("url")
    if url and not _URL.fullmatch(url):
        audit.flag(row, FlagKind.BAD_URL, "url", url)
        return ""
    return url
