"""Closed lists of the directory: the words in its columns and on the wire."""

from enum import StrEnum


class ImportState(StrEnum):
    """How far an import has come; `done` and `failed` are ends."""

    QUEUED = "queued"
    READING = "reading"
    STORING = "storing"
    DONE = "done"
    FAILED = "failed"


class LineKind(StrEnum):
    """What became of a line there is something to say about: set aside, or kept with a remark."""

    QUARANTINED = "quarantined"
    FLAGGED = "flagged"


class RecordKind(StrEnum):
    """The entities of HSDS 3.0 that are kept, each as a document."""

    ORGANIZATION = "organization"
    SERVICE = "service"
    SERVICE_AT_LOCATION = "service_at_location"
    TAXONOMY = "taxonomy"
    TAXONOMY_TERM = "taxonomy_term"
