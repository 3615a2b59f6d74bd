"""`alongside offers import`, `groups import` and `groups next` against a real matching service."""

import json
from pathlib import Path

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_cli.bulk import import_groups, import_offers, show_next
from alongside_cli.network import Network, ServiceRefused
from alongside_contracts.vocabulary import Need
from tests.builders import REGION
from tests.unit.groups.test_published import ENTRY


@pytest.fixture
def network(matching_bench: ServiceBench) -> Network:
    """Connect the command to the service on the bench."""
    return Network(matching_bench.client, {"matching": "http://bench"})


async def test_a_roster_is_imported_and_every_quarantined_line_is_printed(
    network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, report = tmp_path / "roster.csv", tmp_path / "report.jsonl"
    table.write_text("source_id,kind,needs,capacity\ns-1,supporter,grief,2\ns-2,supporter,grief,-2\n")

    ended = await import_offers(network, table, region=REGION, source="roster", report=report)

    output = capsys.readouterr().out
    assert ended == 1
    assert "2 lines read: 1 created, 0 changed, 0 unchanged, 1 quarantined" in output
    assert "line 3 s-2" in output
    assert [json.loads(line)["field"] for line in report.read_text().splitlines()] == ["capacity"]


async def test_meetings_are_imported_and_the_next_ones_are_printed(
    matching_bench: ServiceBench, network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    meetings = tmp_path / "meetings.json"
    meetings.write_text(json.dumps([ENTRY, {"slug": "lost"}]))

    ended = await import_groups(network, meetings, needs=[Need.ALCOHOL], region=REGION, report=None)
    group = (await matching_bench.client.get("/offers")).json()["items"][0]["id"]
    await show_next(network, group, zone="Europe/London", limit=2)

    output = capsys.readouterr().out
    assert ended == 0
    assert "2 meetings read: 1 created, 0 changed, 0 unchanged, 1 quarantined" in output
    assert "1 match the meeting's local time, 0 differ" in output
    assert output.count("Europe/London  unlimited seats  video") == 2


async def test_a_file_that_is_no_roster_is_refused(network: Network, tmp_path: Path) -> None:
    table = tmp_path / "roster.csv"
    table.write_text("name,telephone\n")

    with pytest.raises(ServiceRefused, match="valid columns are"):
        await import_offers(network, table, region=REGION, source="roster", report=None)
