"""Groups over HTTP: what is refused, and which facts the rules get."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import new_id
from alongside_contracts.matching import MatchWaitlisted
from alongside_matching.catalogue.store import offers
from alongside_matching.engine.week import Window, windows_of
from tests.service.matching.bench import admit, an_offer, announced, story

TUESDAYS: dict[str, Any] = {
    "zone": "America/New_York",
    "starts_on": "2026-01-06",
    "at": "18:00:00",
    "minutes": 90,
    "every": "week",
    "weekdays": ["tu"],
    "seats": 2,
}


async def a_group(bench: ServiceBench, given: dict[str, Any] | None = None, **schedule: Any) -> UUID:
    """Add a group with ten places that meets on Tuesday evenings, in person and by video; fields can be replaced."""
    form = {"kind": "group", "capacity": 10, "modes": ["in-person", "video"]} | (given or {})
    group = await an_offer(bench, **form)
    answer = await bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS | schedule)
    assert answer.status_code == 200, answer.text
    return group


async def next_meetings(bench: ServiceBench, group: UUID, **query: str) -> list[dict[str, Any]]:
    """Return the next meetings of a group."""
    answer = await bench.client.get(f"/groups/{group}/occurrences", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def next_start(bench: ServiceBench, group: UUID) -> str:
    """Return the next start of the group, in the form of a path."""
    starts_at = datetime.fromisoformat((await next_meetings(bench, group))[0]["starts_at"])
    return f"{starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


async def test_a_schedule_is_shown_as_it_was_given(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench, exceptions=["2026-12-29"], facilitators_min=1)

    shown = (await matching_bench.client.get(f"/groups/{group}/schedule")).json()

    assert {name: shown[name] for name in TUESDAYS} == TUESDAYS
    assert (shown["exceptions"], shown["place_state"], shown["meeting_state"]) == (
        ["2026-12-29"],
        "open",
        "meeting",
    )


async def test_the_interim_offer_is_the_open_group_that_really_meets_soonest(
    matching_bench: ServiceBench,
) -> None:
    open_to_all = {"capacity": None, "needs": ["loneliness"], "modes": ["video"]}
    await a_group(matching_bench, open_to_all, weekdays=["fr"], seats=None)
    monthly = {"every": "month", "weekdays": ["mo"], "nth": [1], "starts_on": "2026-01-05"}
    await a_group(matching_bench, open_to_all, **monthly, seats=None)
    tuesday = await a_group(matching_bench, open_to_all, seats=None)

    before = await admit(matching_bench)
    path = f"/groups/{tuesday}/occurrences/{await next_start(matching_bench, tuesday)}"
    assert (await matching_bench.client.patch(path, json={"cancelled": True})).is_success
    after = await admit(matching_bench)

    assert (await interim_offer(matching_bench, before)) == tuesday
    assert (await interim_offer(matching_bench, after)) not in (None, tuesday)


async def interim_offer(bench: ServiceBench, referral: UUID) -> UUID | None:
    """Return the interim offer of a waiting referral."""
    (waits,) = await announced(bench, MatchWaitlisted, referral)
    return waits.interim_offer_id


async def test_the_next_three_meetings_are_in_the_requested_zone(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench)

    items = await next_meetings(matching_bench, group, zone="Europe/London", after="2026-03-01T00:00:00Z")

    assert [item["starts_at"] for item in items] == [
        "2026-03-03T23:00:00Z",  # both on standard time
        "2026-03-10T22:00:00Z",  # New York has changed its clocks, London has not
        "2026-03-17T22:00:00Z",
    ]
    assert {item["local_start"][-5:] for item in items} == {"18:00"}
    after_change = await next_meetings(
        matching_bench, group, zone="Europe/London", after="2026-04-01T00:00:00Z"
    )
    assert after_change[0]["starts_at"] == "2026-04-07T23:00:00+01:00"


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"zone": "Eastern Time"}, "body.zone", "unknown-zone"),
        ({"every": "month"}, "body.nth", "nth-missing"),
        ({"until": "2025-12-31"}, "body.until", "ends-before-it-starts"),
        ({"starts_on": "2026-01-07", "until": "2026-01-12"}, "body.until", "never-meets"),
        ({"exceptions": ["2026-01-07"]}, "body.exceptions", "exception-without-meeting"),
        ({"weekdays": ["tuesday"]}, "body.weekdays.0", "invalid-request"),
        ({"at": "18:00:00Z"}, "body", "invalid-request"),
        ({"minutes": 0}, "body.minutes", "invalid-request"),
        ({"seats": -1}, "body.seats", "invalid-request"),
    ],
)
async def test_an_impossible_recurrence_is_refused_naming_field_and_remedy(
    matching_bench: ServiceBench, wrong: dict[str, Any], field: str, code: str
) -> None:
    group = await an_offer(matching_bench, kind="group")

    answer = await matching_bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS | wrong)

    assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (422, field, code)
    assert answer.json()["remedy"]


async def test_only_a_group_has_a_schedule(matching_bench: ServiceBench) -> None:
    supporter, silent = await an_offer(matching_bench), await an_offer(matching_bench, kind="group")

    refused = await matching_bench.client.put(f"/groups/{supporter}/schedule", json=TUESDAYS)
    unknown = await matching_bench.client.get(f"/groups/{silent}/occurrences")
    nobody = await matching_bench.client.get(f"/groups/{new_id()}/schedule")

    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-group")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no-schedule")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "offer-not-found")


async def test_the_rules_learn_when_a_group_meets_in_the_week_of_the_region(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, zone="America/Chicago")

    async with matching_bench.runtime.read() as conn:
        (facts,) = await offers.load_facts(conn, [group])

    assert windows_of(facts.availability) == (Window("tu", "19:00", "20:30"),)


@pytest.mark.parametrize(
    "closed",
    [
        {"meeting_state": "suspended"},
        {"meeting_state": "ended"},
        {"newcomers": False},
        {"until": "2026-01-06"},
    ],
)
async def test_a_group_that_accepts_nobody_is_not_proposed_until_it_does(
    matching_bench: ServiceBench, closed: dict[str, Any]
) -> None:
    group = await a_group(matching_bench, **closed)
    waiting = await admit(matching_bench)
    before = (await matching_bench.client.get(f"/offers/{group}")).json()["paused_because"]

    await matching_bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS)

    assert before == "not-meeting"
    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_a_hybrid_group_whose_place_is_closed_continues_by_video(matching_bench: ServiceBench) -> None:
    hybrid = await a_group(matching_bench, place_state="closed")
    in_person = await a_group(matching_bench, {"modes": ["in-person"]}, place_state="closed")

    async with matching_bench.runtime.read() as conn:
        facts = {it.id: it for it in await offers.load_facts(conn, [hybrid, in_person])}

    assert facts[hybrid].modes == {"video"}
    assert not facts[hybrid].paused
    assert facts[in_person].paused
    assert {tuple(it["modes"]) for it in await next_meetings(matching_bench, hybrid)} == {("video",)}


async def test_a_pause_by_staff_stays_whatever_the_schedule_says(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench, meeting_state="suspended")
    await matching_bench.client.post(f"/offers/{group}/pause")

    await matching_bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS)
    paused = (await matching_bench.client.get(f"/offers/{group}")).json()["paused_because"]
    suspended = TUESDAYS | {"meeting_state": "suspended"}
    await matching_bench.client.put(f"/groups/{group}/schedule", json=suspended)
    resumed = (await matching_bench.client.post(f"/offers/{group}/resume")).json()

    assert (paused, resumed["paused_because"]) == ("staff", "not-meeting")


async def test_a_group_is_not_proposed_after_its_last_meeting(matching_bench: ServiceBench) -> None:
    last = matching_bench.clock.now() + timedelta(days=20)
    group = await a_group(matching_bench, until=str(last.date()))
    before = (await matching_bench.client.get(f"/offers/{group}")).json()["paused_because"]

    for weeks in range(1, 5):
        await matching_bench.fire_timers(matching_bench.clock.now() + timedelta(weeks=weeks))

    after = (await matching_bench.client.get(f"/offers/{group}")).json()["paused_because"]
    assert (before, after) == (None, "not-meeting")
