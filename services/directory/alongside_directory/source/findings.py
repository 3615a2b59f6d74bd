"""Findings about a row: quarantined (`Quarantined`) or read with a remark (`Flag`), as codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from alongside_directory.source.tables import Table


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


NAMES_WHAT_IS_MISSING: Final = frozenset(
    {QuarantineReason.ORGANISATION_MISSING, QuarantineReason.SERVICE_MISSING}
    | {QuarantineReason.LOCATION_MISSING, QuarantineReason.TERM_MISSING}
)
"""Reasons of rows that name a row which the package lacks."""
REMEDIES: Mapping[QuarantineReason, str] = {
    QuarantineReason.ROW_MALFORMED: "Give the row as many fields as the header has, close its quotes, and give it ids of one line with at most 255 characters.",
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
    CONFIDENTIAL_PLACE = "confidential-place"
    SWAPPED_COORDINATES = "swapped-coordinates"
    UNSIGNED_COORDINATES = "unsigned-coordinates"
    FAR_COORDINATES = "far-coordinates"
    FOR_FAMILIES = "for-families"
    HOTLINE = "hotline"


FLAG_REMEDIES: Mapping[FlagKind, str] = {
    FlagKind.CONFIDENTIAL_PLACE: "Its places have no street, position or full postal code here. If they are public, do not call"
    " the row confidential.",
    FlagKind.SWAPPED_COORDINATES: "Exchange latitude and longitude; they are not used.",
    FlagKind.UNSIGNED_COORDINATES: "Write the minus sign of coordinates west of Greenwich or south of the equator; they are not used.",
    FlagKind.FAR_COORDINATES: "Correct the coordinates, unless the place is far from the region; they are not used.",
    FlagKind.FOR_FAMILIES: "It is proposed to families and friends only. If it is for the people themselves too, say so in its name.",
    FlagKind.HOTLINE: "It is listed as a hotline, and is no offer: people call it at once, nobody is referred to it.",
}
"""What a publisher or a coordinator can do about a remark; the other remarks speak for themselves."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A quarantined row; `source_id` is its own id, or empty. Nothing of its content: that stays in the package."""

    table: Table
    path: str
    line: int
    digest: str
    source_id: str
    reason: QuarantineReason

    @property
    def remedy(self) -> str:
        """Return what the publisher can do."""
        return REMEDIES[self.reason]


@dataclass(frozen=True, slots=True)
class Flag:
    """A remark on a row that was read; `column` is empty for the row as a whole."""

    table: Table
    path: str
    line: int
    digest: str
    source_id: str
    kind: FlagKind
    column: str = ""

    @property
    def remedy(self) -> str:
        """Return what can be done about it, if that needs to be said."""
        return FLAG_REMEDIES.get(self.kind, "")
