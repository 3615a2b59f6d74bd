"""Cancelled meetings and seats belong to the group's local day: a group that moves loses and sells none of them twice."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from alongside_chassis.migrations import upgrade
from alongside_chassis.testing import ServiceBench
from alongside_localstack.postgres.databases import Server
from tests.service.matching.bench import admit
from tests.service.matching.test_group_imports import import_groups
from tests.service.matching.test_groups import TUESDAYS, a_group, next_meetings, next_start
from tests.service.matching.test_seats import hold
from tests.unit.groups.test_published import ENTRY

EARLIER = Path(__file__).parents[1] / "upgrades" / "2026-11-29b" / "matching.sql"
LATER = ENTRY | {"time": "18:30", "startDateUTC": None}
OTHER_DAY = ENTRY | {"day": 4, "startDateUTC": None}


async def put(bench: ServiceBench, group: object, **schedule: Any) -> Any:
    """Replace the Tuesday group's schedule."""
    return await bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS | schedule)


async def cancel(bench: ServiceBench, group: Any) -> None:
    """Cancel the next meeting."""
    path = f"/groups/{group}/occurrences/{await next_start(bench, group)}"
    assert (await bench.client.patch(path, json={"cancelled": True})).status_code == 204


async def the_group(bench: ServiceBench) -> Any:
    """Return the id of the only offer."""
    (offer,) = (await bench.client.get("/offers")).json()["items"]
    return offer["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"at": "18:30:00"},
        {"at": "00:30:00"},
        {"at": "23:30:00", "minutes": 120},
        {"zone": "America/Los_Angeles"},
        {"zone": "Pacific/Kiritimati"},
        {"weekdays": ["tu", "th"]},
        {"every": "month", "nth": [1, 2, 3, 4, 5]},
    ],
)
async def test_a_cancelled_meeting_stays_cancelled_when_the_group_moves(
    matching_bench: ServiceBench, change: dict[str, Any]
) -> None:
    group = await a_group(matching_bench)
    day = (await next_meetings(matching_bench, group))[0]["local_start"][:10]
    await cancel(matching_bench, group)

    moved = await put(matching_bench, group, **change)

    assert moved.status_code == 200, moved.text
    shown = {it["local_start"][:10]: it["cancelled"] for it in await next_meetings(matching_bench, group)}
    assert shown.pop(day)
    assert not any(shown.values())


async def test_seats_are_not_sold_twice_when_the_group_moves_by_half_an_hour(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, seats=1)
    seat = (await hold(matching_bench, group, await next_start(matching_bench, group))).json()

    await put(matching_bench, group, seats=1, at="18:30:00")
    again = await hold(matching_bench, group, await next_start(matching_bench, group))
    taken = await matching_bench.client.post(f"/seats/{seat['id']}/take")

    assert (again.status_code, again.json()["code"]) == (409, "no-seat")
    assert (taken.status_code, taken.json()["state"]) == (200, "taken")
    meeting = (await next_meetings(matching_bench, group, zone="UTC"))[0]
    assert (meeting["held"], meeting["taken"]) == (0, 1)
    assert taken.json()["starts_at"] == meeting["starts_at"]


async def test_exceptions_are_kept_by_a_schedule_that_does_not_name_them(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, exceptions=["2026-12-29"])

    kept = await put(matching_bench, group, at="18:30:00")
    removed = await put(matching_bench, group, exceptions=[])

    assert (kept.json()["exceptions"], removed.json()["exceptions"]) == (["2026-12-29"], [])


async def test_another_weekday_is_refused_while_meetings_are_cancelled_and_names_the_days(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, exceptions=["2026-12-29"])
    day = (await next_meetings(matching_bench, group))[0]["local_start"][:10]
    await cancel(matching_bench, group)

    refused = await put(matching_bench, group, weekdays=["we"])

    assert (refused.status_code, refused.json()["code"]) == (409, "meetings-left-in-the-air")
    assert (refused.json()["days"], refused.json()["field"]) == ([day, "2026-12-29"], "body.weekdays")
    shown = (await matching_bench.client.get(f"/groups/{group}/schedule")).json()
    assert shown["weekdays"] == ["tu"]


@pytest.mark.parametrize("change", [{"weekdays": ["we"]}, {"until": "2026-01-06"}])
async def test_a_schedule_that_leaves_people_in_the_air_is_refused_and_names_their_referrals(
    matching_bench: ServiceBench, change: dict[str, Any]
) -> None:
    group, referral = await a_group(matching_bench), await admit(matching_bench)
    seat = (await hold(matching_bench, group, await next_start(matching_bench, group), referral)).json()

    refused = await put(matching_bench, group, **change)
    await matching_bench.client.post(f"/seats/{seat['id']}/release")
    allowed = await put(matching_bench, group, **change)

    assert (refused.status_code, refused.json()["referrals"]) == (409, [str(referral)])
    assert allowed.status_code == 200


async def test_fewer_seats_than_are_held_are_refused_and_others_apply_to_coming_meetings(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, seats=2)
    starts_at = await next_start(matching_bench, group)
    for _ in range(2):
        await hold(matching_bench, group, starts_at)

    fewer, more = await put(matching_bench, group, seats=1), await put(matching_bench, group, seats=3)

    assert (fewer.status_code, fewer.json()["field"], more.status_code) == (409, "body.seats", 200)
    assert [it["seats"] for it in await next_meetings(matching_bench, group)] == [3, 3, 3]


async def test_a_list_that_moves_a_group_keeps_its_cancelled_day_its_seats_and_what_the_network_set(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    schedule = (await matching_bench.client.get(f"/groups/{group}/schedule")).json()
    del schedule["offer_id"]
    path = f"/groups/{group}/schedule"
    staff_set = {"seats": 4, "newcomers": False, "facilitators_min": 1, "meeting_state": "meeting"}
    await matching_bench.client.put(path, json=schedule | staff_set)
    await cancel(matching_bench, group)

    done = await import_groups(matching_bench, [LATER])

    assert (done["changed"], done["quarantined"]) == (1, 0)
    shown = (await matching_bench.client.get(path)).json()
    assert shown["at"] == "18:30:00"
    assert {name: shown[name] for name in staff_set} == staff_set
    assert [it["cancelled"] for it in await next_meetings(matching_bench, group)] == [True, False, False]


async def test_a_list_that_would_lose_a_cancelled_meeting_is_not_applied_to_that_group_and_says_so(
    matching_bench: ServiceBench,
) -> None:
    await import_groups(matching_bench, [ENTRY])
    group = await the_group(matching_bench)
    await cancel(matching_bench, group)

    done = await import_groups(matching_bench, [OTHER_DAY, ENTRY | {"slug": "other"}])
    again = await import_groups(matching_bench, [OTHER_DAY, ENTRY | {"slug": "other"}])

    assert (done["created"], done["changed"], done["quarantined"]) == (1, 0, 1)
    for each in (done, again):
        (line,) = (line for line in each["lines"] if line["kind"] == "quarantined")
        assert (line["entry"], line["slug"], line["code"]) == (1, ENTRY["slug"], "meetings-left-in-the-air")
    shown = (await matching_bench.client.get(f"/groups/{group}/schedule")).json()
    assert shown["weekdays"] == ["tu"]


async def test_a_cancelled_day_is_no_interim_meeting_after_the_rules_of_its_zone_changed(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, seats=1)
    await hold(matching_bench, group, await next_start(matching_bench, group))
    async with matching_bench.runtime.transaction() as tx:  # as if the row were from other rules
        await tx.conn.execute("update occurrence set starts_at = starts_at - interval '1 hour'")

    full = await hold(matching_bench, group, await next_start(matching_bench, group))

    assert full.json()["code"] == "no-seat"
    assert (await next_meetings(matching_bench, group))[0]["held"] == 1


def test_meetings_of_one_day_become_one_at_the_upgrade(postgres: Server) -> None:
    database = postgres.create_database()
    with psycopg.connect(database.url) as connection:
        connection.execute(EARLIER.read_bytes())
        _sell_the_same_day_twice(connection)

    upgrade(database.url, "alongside_matching")

    with psycopg.connect(database.url) as connection:
        connection.execute("set time zone 'UTC'")
        rows = connection.execute(
            "select day::text, starts_at, seats, held, taken, cancelled from occurrence"
        ).fetchall()
        states = connection.execute(
            "select state from seat join occurrence using (offer_id, starts_at)"
        ).fetchall()
    at = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert rows == [("2026-11-24", at, 2, 0, 2, True)]
    assert states == [("taken",), ("taken",)]


def _sell_the_same_day_twice(connection: psycopg.Connection) -> None:
    """Add a cancelled meeting half an hour later, where the seated referral and another have taken seats."""
    connection.execute("""
        insert into public.occurrence (offer_id, starts_at, seats, held, taken, cancelled)
        select offer_id, starts_at + interval '30 minutes', 2, 0, 2, true from public.occurrence
    """)
    connection.execute("""
        insert into public.seat (id, offer_id, starts_at, referral_id, state)
        select gen_random_uuid(), offer_id, starts_at + interval '30 minutes', referral, 'taken'
        from public.seat, lateral (values (referral_id), (gen_random_uuid())) as each (referral)
    """)
