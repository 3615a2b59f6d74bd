"""Findings about a row: quarantined (`Quarantined`) or read with a remark (`Flag`), as codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alongside_matching.directory.source.tables import Table


class QuarantineReason(StrEnum):
    """Why a row is quarantined. It stays in the report until its publisher corrects it."""

    ROW_MALFORMED = "row-malformed"
    ID_MISSING = "id-missing"
    ID_REPEATED = "id-repeated"
    NAME_MISSING = "name-missing"
    ORGANISATION_NOT_NAMED = "organisation-not-named"
    ORGANISATION_MISSING = "organisation-missing"
    SERVICE_NOT_NAMED = "service-not-named"
    SERVICE_MISSING = "service-missing"
    LOCATION_MISSING = "location-missing"
    TERM_MISSING = "term-missing"


REMEDIES: Mapping[QuarantineReason, str] = {
    QuarantineReason.ROW_MALFORMED: "Give the row as many fields as the header has, and close its quotes.",
    QuarantineReason.ID_MISSING: "Give the row an id that stays the same from export to export.",
    QuarantineReason.ID_REPEATED: "Keep one row per id; the first one was read.",
    QuarantineReason.NAME_MISSING: "Add the name by which people know it.",
    QuarantineReason.ORGANISATION_NOT_NAMED: "Fill in organization_id.",
    QuarantineReason.ORGANISATION_MISSING: "Add the organisation to organizations.csv, or correct organization_id.",
    QuarantineReason.SERVICE_NOT_NAMED: "Fill in service_id, which names the service the row belongs to.",
    QuarantineReason.SERVICE_MISSING: "Add the service to services.csv, or remove the row.",
    QuarantineReason.LOCATION_MISSING: "Add the location to locations.csv, or correct location_id.",
    QuarantineReason.TERM_MISSING: "Add the term to taxonomy.csv, or correct taxonomy_id.",
}


class FlagKind(StrEnum):
    """A remark on a row that was read. Also counted on rows that are quarantined for another reason."""

    NO_COORDINATES = "no-coordinates"
    BAD_COORDINATES = "bad-coordinates"
    BAD_POSTAL_CODE = "bad-postal-code"
    LOCATION_ORGANISATION_MISSING = "location-organisation-missing"
    NO_LOCATION = "no-location"
    SCHEDULE_WITHOUT_TIMES = "schedule-without-times"
    SCHEDULE_TIME_UNREADABLE = "schedule-time-unreadable"
    LANGUAGE_NOT_RECOGNISED = "language-not-recognised"
    PHONE_BLANK = "phone-blank"
    DESCRIPTION_BLANK = "description-blank"
    BAD_URL = "bad-url"
    BAD_DATE = "bad-date"
    NOT_ACTIVE = "not-active"
    NO_TERMS = "no-terms"
    MOJIBAKE_REPAIRED = "mojibake-repaired"
    MOJIBAKE_NOT_REPAIRABLE = "mojibake-not-repairable"
    ESCAPE_REPAIRED = "escape-repaired"
    AREA_MARKER_LIFTED = "area-marker-lifted"
    NOT_UTF8 = "not-utf8"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A quarantined row. `line` is where it begins in its file; `source_id` is its own id, or empty."""

    table: Table
    line: int
    source_id: str
    reason: QuarantineReason
    detail: str

    @property
    def remedy(self) -> str:
        """Return what the publisher can do."""
        return REMEDIES[self.reason]


@dataclass(frozen=True, slots=True)
class Flag:
    """A remark on a row that was read; `column` is empty for the row as a whole."""

    table: Table
    line: int
    source_id: str
    kind: FlagKind
    column: str = ""
    detail: str = ""
