"""Published lists of online meetings: every entry is accepted, flagged or quarantined, and the wall clock is used."""

import json
from collections import Counter
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from alongside_matching.groups.published_meetings import PublishedMeetings, read_meetings

_MEETINGS = Path(__file__).parents[3].parent / "shared" / "data" / "online-meetings.json"
ENTRY: dict[str, Any] = {
    "slug": "evening-circle",
    "name": "Evening circle",
    "timezone": "America/New_York",
    "day": 2,
    "time": "18:00",
    "duration": 60,
    "types": ["O"],
    "languages": ["en"],
    "startDateUTC": "2026-06-02T22:00:00.000Z",
}

ALCOHOL = ("alcohol",)


@pytest.fixture(scope="module")
def real() -> PublishedMeetings:
    """Return a real list of peer groups, which is not part of this repository."""
    if not _MEETINGS.exists():
        pytest.skip("the list of meetings is not beside the repository (../shared/data/online-meetings.json)")
    return read_meetings(json.loads(_MEETINGS.read_text(encoding="utf-8")), ALCOHOL)


def codes(published: PublishedMeetings) -> list[tuple[str, str]]:
    """Return the remarks without details."""
    return [(remark.kind, remark.code) for remark in published.remarks]


def test_every_entry_of_the_real_list_is_accepted_or_quarantined_with_its_reason(
    real: PublishedMeetings,
) -> None:
    assert (real.read, len(real.groups)) == (160, 149)
    assert Counter(codes(real)) == {
        ("quarantined", "day-missing"): 10,
        ("quarantined", "day-impossible"): 1,
        ("flagged", "duration-missing"): 2,
        ("flagged", "only-for-some"): 21,
    }


def test_every_published_utc_start_of_the_real_list_fits_its_wall_clock_once_sunday_is_seven(
    real: PublishedMeetings,
) -> None:
    sundays = [group for group in real.groups if group.schedule.weekdays == ("su",)]

    assert (real.agree, real.differ) == (149, 0)
    # A reader that counts Sunday as 0 finds exactly these to differ: an error of the reader, not of the publisher.
    assert len(sundays) == 23


def test_the_wall_clock_is_used_and_a_utc_start_that_differs_is_reported() -> None:
    published = read_meetings([ENTRY | {"startDateUTC": "2026-06-02T23:00:00.000Z"}], ALCOHOL)

    assert (published.agree, published.differ) == (0, 1)
    assert codes(published) == [("flagged", "utc-start-differs")]
    assert "Tue 19:00" in published.remarks[0].detail
    assert published.groups[0].schedule.at == time(18, 0)


def test_a_utc_start_in_winter_fits_the_same_wall_clock_as_one_in_summer() -> None:
    winter = read_meetings([ENTRY | {"startDateUTC": "2026-12-01T23:00:00.000Z"}], ALCOHOL)

    assert (winter.agree, winter.differ) == (1, 0)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"day": None}, "day-missing"),
        ({"day": 0}, "day-impossible"),
        ({"day": 8}, "day-impossible"),
        ({"day": True}, "day-impossible"),
        ({"timezone": None}, "zone-missing"),
        ({"timezone": "Eastern"}, "zone-unknown"),
        ({"timezone": "../../etc/passwd"}, "zone-unknown"),
        ({"time": ""}, "time-missing"),
        ({"time": "25:00"}, "time-impossible"),
        ({"duration": 0}, "impossible-length"),
        ({"duration": "an hour"}, "duration-impossible"),
        ({"slug": " "}, "id-missing"),
        ({"name": ""}, "name-missing"),
        ({"archived": True}, "archived"),
    ],
)
def test_an_invalid_entry_is_quarantined_and_the_next_is_read(wrong: dict[str, Any], code: str) -> None:
    published = read_meetings([ENTRY | wrong, ENTRY | {"slug": "another"}], ALCOHOL)

    assert codes(published) == [("quarantined", code)]
    assert published.remarks[0].remedy
    assert [group.slug for group in published.groups] == ["another"]


def test_an_archived_entry_is_accepted_once_its_remedy_is_followed() -> None:
    refused = read_meetings([ENTRY | {"archived": True}], ALCOHOL)

    followed = read_meetings([ENTRY | {"archived": False}], ALCOHOL)

    assert refused.remarks[0].remedy == "If it meets again, set archived to false."
    assert len(followed.groups) == 1


@pytest.mark.parametrize("entry", [None, 7, "meeting", [], {"slug": 3}, {"slug": "a", "types": "W"}])
def test_nonsense_is_quarantined_too(entry: object) -> None:
    published = read_meetings([entry], ALCOHOL)

    assert not published.groups
    assert [kind for kind, _ in codes(published)] == ["quarantined"]


def test_a_repeated_entry_is_read_once() -> None:
    assert codes(read_meetings([ENTRY, ENTRY], ALCOHOL)) == [("quarantined", "id-repeated")]


def test_an_assumption_is_reported() -> None:
    silent = {name: value for name, value in ENTRY.items() if name not in ("duration", "languages")}

    published = read_meetings([silent | {"startDateUTC": "soon"}], ALCOHOL)

    assert codes(published) == [
        ("flagged", "duration-missing"),
        ("flagged", "utc-start-unreadable"),
        ("flagged", "language-missing"),
    ]


def test_identities_of_a_meeting_are_read_from_its_types() -> None:
    published = read_meetings([ENTRY | {"types": ["W", "C", "LGBTQ", "B"]}], ALCOHOL)

    (women,) = published.groups
    assert codes(published) == [("flagged", "only-for-some")]
    assert women.identities == ("woman", "lgbtq")
    assert (women.only_for, women.need_only) == (("woman",), True)
