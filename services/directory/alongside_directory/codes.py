"""Closed lists of the directory, as in its columns and on the wire."""

from enum import StrEnum


class ImportState(StrEnum):
    """Progress of an import; `done`, `failed` and `held` are final. A held one changed nothing: it waits for a confirmation."""

    QUEUED = "queued"
    READING = "reading"
    STORING = "storing"
    DONE = "done"
    FAILED = "failed"
    HELD = "held"


class QuestionCode(StrEnum):
    """Why a package, or some of its ids, must be confirmed by somebody."""

    EMPTY = "empty"
    CUT = "cut"
    PARTS_MISSING = "parts-missing"
    RETIRES = "retires"
    IDS_MOVED = "ids-moved"


class LineKind(StrEnum):
    """Effect of a remark on a line: quarantined, or imported with a remark."""

    QUARANTINED = "quarantined"
    FLAGGED = "flagged"


class RecordKind(StrEnum):
    """The entities of HSDS 3.0 that are stored, each as a document."""

    ORGANIZATION = "organization"
    SERVICE = "service"
    SERVICE_AT_LOCATION = "service_at_location"
    TAXONOMY = "taxonomy"
    TAXONOMY_TERM = "taxonomy_term"
