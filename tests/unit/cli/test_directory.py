"""The import command finds the rows of a report in the operator's own package, and says what became of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from alongside_cli.directory import summary
from alongside_cli.package_rows import PackageRows
from alongside_directory.listing.listing import read_directory
from tests.unit.directory.sample_packages import GOOD_ROWS, changed_tables, like, zip_of, zipped

KEY = b"a key of thirty-two bytes or fewer"[:32]
FINISHED: dict[str, Any] = {
    "state": "done", "dry_run": False, "read": 2, "created": 1, "changed": 0, "unchanged": 0, "quarantined": 1,
    "vanished": 0, "flagged": 3, "lines_quarantined": 2, "questions": [], "confirmation": None,
}  # fmt: skip
BROKEN = changed_tables(
    services=[
        *GOOD_ROWS["services"],
        like("services", id="s2", organization_id="nobody", description='Two\r\nlines, "quoted", caf\u00e9'),
    ],
    physical_addresses=[like("physical_addresses", postal_code="?") | {"address_1": "Confidential"}],
)


def findings(package: Path) -> list[Any]:
    """Return everything that the service would report of a package."""
    listing = read_directory(package, digest_key=KEY)
    return [*listing.quarantined, *listing.flags]


def test_every_reported_row_is_found_in_the_package(tmp_path: Path) -> None:
    files = zipped(BROKEN)
    files["data/phones.csv"] += b"p2,s1\n"
    files["data/languages.csv"] = b"id,service_id,language\ng1,s1,Fran\xe7ais\ng2,nobody,English\n"
    package = zip_of(tmp_path, files)
    rows = PackageRows(package, KEY)

    found = {(it.path, it.line): rows.find(it.path, it.line, it.digest) for it in findings(package)}

    assert None not in found.values()
    assert found["data/phones.csv", 3] == "p2,s1\n"
    assert str(found["data/services.csv", 3]).startswith('s2,nobody,Grief circle,"Two')
    assert str(found["data/languages.csv", 2]).encode("utf-8", "surrogateescape") == b"g1,s1,Fran\xe7ais\n"


def test_every_reported_document_is_found_in_a_package_of_json(tmp_path: Path) -> None:
    services = [
        {"id": "s1", "name": "Circle", "organization": {"id": "o1", "name": "House"}, "url": "caf\u00e9"},
        {"id": "s2", "name": "Orphan", "phones": [{"id": "p1"}]},
    ]
    files = {
        "services.json": json.dumps({"contents": services}).encode(),
        "languages.ndjson": b'{"id": "g1", "service_id": "nobody", "name": "English"}\n',
    }
    package = zip_of(tmp_path, files)
    rows = PackageRows(package, KEY)

    found = {(it.path, it.line): rows.find(it.path, it.line, it.digest) for it in findings(package)}

    assert json.loads(str(found["services.json", 2])) == services[1]
    assert json.loads(str(found["languages.ndjson", 1]))["service_id"] == "nobody"
    assert None not in found.values()


def test_a_row_that_is_not_the_one_that_was_read_is_not_shown(tmp_path: Path) -> None:
    package = zip_of(tmp_path, zipped(GOOD_ROWS))

    assert PackageRows(package, KEY).find("data/services.csv", 2, "0" * 16) is None
    assert PackageRows(package, KEY).find("data/services.csv", 99, "0" * 16) is None
    assert PackageRows(package, KEY).find("", 0, "") is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["2 services read: 1 created, 0 changed, 0 unchanged, 1 quarantined, 0 paused"]),
        ({"dry_run": True}, ["dry run, nothing was changed: 2 services read"]),
        (
            {
                "state": "held",
                "confirmation": "0123456789ab",
                "questions": [
                    {"code": "empty", "about": ["services"], "lost": 9, "before": 9, "remedy": "R"},
                    {"code": "cut", "about": ["phones"], "lost": 8, "before": 9, "remedy": "R"},
                    {"code": "parts-missing", "about": ["phones"], "lost": 7, "before": 9, "remedy": "R"},
                    {"code": "retires", "about": ["service"], "lost": 3_629, "before": 3_642, "remedy": "R"},
                    {"code": "ids-moved", "about": ["a", "b"], "lost": 2, "before": 2, "remedy": "R"},
                    {"code": "unheard-of", "about": [], "lost": 0, "before": 0, "remedy": "R"},
                ],
            },
            [
                "lists no service; there are 9",
                "the table phones ends too early or lacks 8 of 9 rows",
                "7 of 9 rows of the table phones name something",
                "retire 3,629 of 3,642: service",
                "keep what they were: a, b",
                "unheard-of",
                "held: nothing is changed",
                "--confirm 0123456789ab",
            ],
        ),
        ({"state": "failed", "problem": "No zip", "remedy": "Send one."}, ["not imported:[/] No zip. Send one."]),
    ],
)  # fmt: skip
def test_the_summary_says_what_became_of_the_package(changes: dict[str, Any], expected: list[str]) -> None:
    lines = list(summary(FINISHED | changes))

    assert len(lines) == len(expected)
    assert [text for text, line in zip(expected, lines, strict=True) if text not in line] == []
