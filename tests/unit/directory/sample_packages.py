"""Small datapackages for tests: one valid service with every part, and ways to break it."""

import csv
import io
import zipfile
from pathlib import Path

Rows = list[dict[str, str]]

GOOD_ROWS: dict[str, Rows] = {
    "organizations": [{"id": "o1", "name": "Harbour House"}],
    "services": [
        {
            "id": "s1",
            "organization_id": "o1",
            "name": "Grief circle",
            "description": "A weekly circle.",
            "url": "www.example.org/grief",
            "status": "active",
        }
    ],
    "locations": [{"id": "l1", "organization_id": "o1", "latitude": "25.77", "longitude": "-80.19"}],
    "services_at_location": [{"id": "a1", "service_id": "s1", "location_id": "l1"}],
    "physical_addresses": [
        {
            "id": "d1",
            "location_id": "l1",
            "city": "Miami",
            "region": "Miami-Dade",
            "state_province": "FL ",
            "postal_code": "33136",
            "country": "",
        }
    ],
    "phones": [
        {
            "id": "p1",
            "service_id": "s1",
            "service_at_location_id": "",
            "location_id": "",
            "organization_id": "",
            "number": "305-555-0100",
            "extension": "7",
        }
    ],
    "regular_schedules": [
        {
            "id": "h1",
            "service_id": "s1",
            "weekday": "Monday",
            "opens_at": "6:00pm",
            "closes_at": "7:30pm",
            "original_text": "6:00pm-7:30pm, Mon",
        }
    ],
    "languages": [{"id": "g1", "service_id": "s1", "language": "English"}],
    "eligibility": [{"id": "e1", "service_id": "s1", "eligibility": "Adults"}],
    "taxonomy": [{"id": "PN-8100.1000", "name": "Bereavement Support Groups"}],
    "services_taxonomy": [{"id": "t1", "service_id": "s1", "taxonomy_id": "PN-8100.1000"}],
}


def changed_tables(**changes: Rows) -> dict[str, Rows]:
    """Return the valid package with whole tables replaced."""
    return {**GOOD_ROWS, **changes}


def tables_about(service_id: str, **changes: Rows) -> dict[str, Rows]:
    """Return the valid package with its place, phone, hours, language and eligibility given to another service, and whole
    tables replaced."""
    parts = ("services_at_location", "phones", "regular_schedules", "languages", "eligibility")
    return {**GOOD_ROWS, **{table: [like(table, service_id=service_id)] for table in parts}, **changes}


def like(table: str, **changes: str) -> dict[str, str]:
    """Return the valid row of a table with some columns changed."""
    return {**GOOD_ROWS[table][0], **changes}


def folder_of(tmp_path: Path, tables: dict[str, Rows]) -> Path:
    """Write a package as a folder with a data folder in it, as publishers do."""
    folder = tmp_path / "package"
    (folder / "data").mkdir(parents=True)
    for name, rows in tables.items():
        (folder / "data" / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")
    return folder


def zip_of(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """Write files into a zip, the same bytes for the same files."""
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def zipped(tables: dict[str, Rows]) -> dict[str, bytes]:
    """Return tables as the files of a zip."""
    return {f"data/{name}.csv": csv_text(rows).encode() for name, rows in tables.items()}


def csv_text(rows: Rows) -> str:
    """Return rows as CSV with a header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
