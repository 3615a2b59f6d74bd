"""Offers as CSV: one offer per line, validated like the form; an invalid line is quarantined with its reasons.

Lists are separated by `;`. `availability` is written `tu 18:00-21:00; sa 09:30-12:00`. The certificate of a supporter is
in the columns `certificate_issuer`, `certificate_endorsement`, `certificate_issued_on` and `certificate_expires_on`.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from alongside_chassis.http import causes_of
from alongside_matching.catalogue.api.offer_forms import ListedOfferForm

LIST_COLUMNS: Final = frozenset(
    {"needs", "languages", "formats", "modes", "age_bands", "hopes", "interests", "identities"}
    | {"organisations", "eligibility", "only_for"}
)
PLAIN_COLUMNS: Final = frozenset(
    {"source_id", "kind", "name", "capacity", "reach_km", "certification_required", "required_endorsement"}
    | {"check_required", "checked_until", "hours_per_week_max", "supervisor", "contact_email"}
)
SPECIAL_COLUMNS: Final = frozenset(
    {"availability", "latitude", "longitude", "certificate_issuer", "certificate_endorsement"}
    | {"certificate_issued_on", "certificate_expires_on"}
)
REQUIRED_COLUMNS: Final = ("source_id", "kind", "needs")
OPEN_TO_ALL: Final = "open"


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """One problem of one line. `line` counts from 1, the header included."""

    line: int
    source_id: str
    field: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """One line that is a valid offer."""

    line: int
    form: ListedOfferForm


class UnreadableTable(Exception):
    """The whole file cannot be read; the message is the remedy."""


class TooManyLines(UnreadableTable):
    """The file has more lines than may be sent at once."""


def read_offers(text: str, *, region: str, source: str, lines_max: int) -> Iterator[ParsedLine | RefusedLine]:
    """Yield every line, parsed or refused; a line with several problems is refused several times.

    Raises UnreadableTable, TooManyLines after `lines_max` of them.
    """
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        _check_header(table.fieldnames or ())
        seen: set[str] = set()
        for count, row in enumerate(table):
            if count >= lines_max:
                raise TooManyLines(f"Send at most {lines_max} lines at once.")
            yield from _line(row, table.line_num, seen, region, source)
    except csv.Error as error:
        raise UnreadableTable(f"Line {table.line_num} is not CSV ({error}): close its quotes.") from error


def _check_header(names: Any) -> None:
    valid_columns = LIST_COLUMNS | PLAIN_COLUMNS | SPECIAL_COLUMNS
    unknown_columns = [name for name in names if name not in valid_columns]
    if unknown_columns:
        raise UnreadableTable(
            f"Remove or rename the column {unknown_columns[0][:40]!r}; valid columns are {', '.join(sorted(valid_columns))}."
        )
    repeated = next((name for name in names if list(names).count(name) > 1), None)
    if repeated is not None:
        raise UnreadableTable(
            f"Give each column once: {repeated} is there twice, and one of the two would be lost."
        )
    for required in REQUIRED_COLUMNS:
        if required not in names:
            raise UnreadableTable(f"Add the column {required}.")


def _line(
    row: Mapping[str | None, Any], line: int, seen: set[str], region: str, source: str
) -> Iterator[ParsedLine | RefusedLine]:
    source_id = str(row.get("source_id") or "").strip()
    if None in row or None in row.values():
        yield RefusedLine(
            line, source_id, "", "row-malformed", "Give the line as many fields as the header has."
        )
    elif source_id in seen:
        yield RefusedLine(line, source_id, "source_id", "id-repeated", "Give each line its own source_id.")
    else:
        seen.add(source_id)
        cells = {str(name): str(value).strip() for name, value in row.items()}
        try:
            yield ParsedLine(
                line, ListedOfferForm.model_validate(_body(cells) | {"region": region, "source": source})
            )
        except ValidationError as error:
            for problem in causes_of(error.errors()):
                field = ".".join(str(part) for part in problem["loc"])
                yield RefusedLine(line, source_id, field, str(problem["type"]), str(problem["msg"]))


def _body(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a line in the shape of the form; an empty field counts as not sent."""
    body: dict[str, Any] = {name: _list(cells[name]) for name in LIST_COLUMNS if cells.get(name)}
    body |= {name: cells[name] for name in PLAIN_COLUMNS if cells.get(name)}
    if body.get("capacity") == OPEN_TO_ALL:
        body["capacity"] = None
    if cells.get("availability"):
        body["availability"] = [_window(part) for part in _list(cells["availability"])]
    if cells.get("latitude") or cells.get("longitude"):
        body["position"] = {name: cells.get(name) for name in ("latitude", "longitude")}
    certificate = {
        name.removeprefix("certificate_"): cells[name] for name in cells if name.startswith("certificate_")
    }
    if any(certificate.values()):
        body["certificates"] = [{name: value for name, value in certificate.items() if value}]
    return body


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _window(text: str) -> dict[str, str]:
    weekday, _, times = text.partition(" ")
    starts, _, ends = times.strip().partition("-")
    return {"weekday": weekday.lower()[:2], "starts": starts.strip()[:5], "ends": ends.strip()[:5]}
