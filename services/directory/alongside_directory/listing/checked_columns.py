"""Reads one column of a row: returns the repaired value, and flags each fault it had."""

import re

from alongside_directory.listing.row_audit import RowAudit
from alongside_directory.source.findings import FlagKind
from alongside_directory.source.reader import Row
from alongside_publishers.texts import RepairedText, repair_text

_URL = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#][^\s\\]*)?", re.IGNORECASE)


def read_text(audit: RowAudit, row: Row, column: str) -> RepairedText:
    """Return the repaired text of a column."""
    repaired = repair_text(row.text(column))
    if repaired.mojibake_repaired:
        audit.flag(row, FlagKind.MOJIBAKE_REPAIRED, column)
    if repaired.mojibake_left:
        audit.flag(row, FlagKind.MOJIBAKE_NOT_REPAIRABLE, column)
    if repaired.escapes_repaired:
        audit.flag(row, FlagKind.ESCAPE_REPAIRED, column)
    if repaired.area_markers:
        audit.flag(row, FlagKind.AREA_MARKER_LIFTED, column)
    return repaired


def read_url(audit: RowAudit, row: Row) -> str:
    """Return the web address of a row as published; empty when it is invalid."""
    url = row.text("url")
    if url and not _URL.fullmatch(url):
        audit.flag(row, FlagKind.BAD_URL, "url")
        return ""
    return url
