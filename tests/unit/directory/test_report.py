"""The report lists, line by line, what a publisher must correct."""

import json
from pathlib import Path

from alongside_matching.directory.listing.listing import read_directory
from alongside_matching.directory.report import ImportReport
from tests.unit.directory.sample_packages import GOOD_ROWS, changed_tables, folder_of, like

_SPOILED = changed_tables(
    services=[*GOOD_ROWS["services"], like("services", id="s2", organization_id="o9", description="itGÇÖs")],
    locations=[like("locations", latitude="")],
)


def _report(tmp_path: Path) -> ImportReport:
    return ImportReport(read_directory(folder_of(tmp_path, _SPOILED)))


def test_the_report_names_table_line_reason_and_remedy_of_every_quarantined_row(tmp_path: Path) -> None:
    document = json.loads(_report(tmp_path).to_json())

    assert document["quarantined"] == [
        {
            "table": "services",
            "line": 3,
            "source_id": "s2",
            "reason": "organisation-missing",
            "detail": "no organisation has the id o9",
            "remedy": "Add the organisation to organizations.csv, or correct organization_id.",
        }
    ]
    assert [(flag["table"], flag["line"], flag["kind"]) for flag in document["flags"]] == [
        ("services", 3, "mojibake-repaired"),
        ("locations", 2, "no-coordinates"),
    ]


def test_the_report_counts_services_tables_and_needs(tmp_path: Path) -> None:
    document = json.loads(_report(tmp_path).to_json())

    assert document["services"] == {
        "read": 2,
        "listed": 1,
        "quarantined": 1,
        "group": 1,
        "service": 0,
        "without_need": 0,
    }
    assert document["tables"]["services"]["taken"] == 1
    assert document["needs"]["grief"] == 1
    assert document["needs"]["veteran"] == 0


def test_the_same_package_gives_the_same_report(tmp_path: Path) -> None:
    first, second = _report(tmp_path / "1"), _report(tmp_path / "2")

    assert first.to_json() == second.to_json()
    assert first.summary() == second.summary()


def test_the_summary_is_plain_text_with_counts_reasons_and_remedies(tmp_path: Path) -> None:
    summary = _report(tmp_path).summary()

    assert summary.startswith(
        "package: 2 services read, 1 listed (1 of kind group, 0 of kind service), 1 quarantined"
    )
    assert "1  services: organisation-missing" in summary
    assert "organisation-missing: Add the organisation to organizations.csv" in summary
    assert "1  locations: no-coordinates" in summary
