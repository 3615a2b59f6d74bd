"""Groups in time over HTTP: what is refused, what the rules learn of it, and seats that nobody gets twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import new_id
from alongside_contracts.matching import MatchWaitlisted
from alongside_contracts.vocabulary import Status
from alongside_matching.catalogue.store import offers
from alongside_matching.engine.week import Window, windows_of
from alongside_matching.groups import meeting
from alongside_matching.groups import store as groups
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES
from tests.builders import an_admission
from tests.polling import poll_until
from tests.service.matching.bench import a_status, admit, an_offer, announced, story

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
    """A group of ten that meets on Tuesday evenings, in person and by video, unless told otherwise."""
    said = {"kind": "group", "capacity": 10, "modes": ["in-person", "video"]} | (given or {})
    group = await an_offer(bench, **said)
    answer = await bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS | schedule)
    assert answer.status_code == 200, answer.text
    return group


async def next_meetings(bench: ServiceBench, group: UUID, **query: str) -> list[dict[str, Any]]:
    """The next meetings of a group."""
    answer = await bench.client.get(f"/groups/{group}/occurrences", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def next_start(bench: ServiceBench, group: UUID) -> str:
    """When the group meets next, as a path wants it."""
    starts_at = datetime.fromisoformat((await next_meetings(bench, group))[0]["starts_at"])
    return f"{starts_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


async def hold(bench: ServiceBench, group: UUID, starts_at: str, referral: UUID | None = None) -> Any:
    """Ask for a seat; for a referral of its own, unless one is given."""
    wanted = referral or await admit(bench)
    return await bench.client.post(
        f"/groups/{group}/occurrences/{starts_at}/seats", json={"referral_id": str(wanted)}
    )


async def test_a_schedule_is_shown_as_it_was_given(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench, exceptions=["2026-12-29"], facilitators_min=1)

    shown = (await matching_bench.client.get(f"/groups/{group}/schedule")).json()

    assert {name: shown[name] for name in TUESDAYS} == TUESDAYS
    assert (shown["exceptions"], shown["place_state"], shown["meeting_state"]) == (
        ["2026-12-29"],
        "open",
        "meeting",
    )


async def test_who_waits_is_sent_to_the_open_group_that_really_meets_soonest(
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
    """What somebody was sent to while they wait."""
    (waits,) = await announced(bench, MatchWaitlisted, referral)
    return waits.interim_offer_id


async def test_the_next_three_are_told_in_the_zone_of_who_asks(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench)

    items = await next_meetings(matching_bench, group, zone="Europe/London", after="2026-03-01T00:00:00Z")

    assert [item["starts_at"] for item in items] == [
        "2026-03-03T23:00:00Z",  # both on standard time
        "2026-03-10T22:00:00Z",  # New York has changed its clocks, London has not
        "2026-03-17T22:00:00Z",
    ]
    assert {item["local_start"][-5:] for item in items} == {"18:00"}
    later = await next_meetings(matching_bench, group, zone="Europe/London", after="2026-04-01T00:00:00Z")
    assert later[0]["starts_at"] == "2026-04-07T23:00:00+01:00"


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
        (facts,) = await offers.facts_of(conn, [group])

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
async def test_a_group_that_takes_nobody_is_not_proposed_until_it_does(
    matching_bench: ServiceBench, closed: dict[str, Any]
) -> None:
    group = await a_group(matching_bench, **closed)
    waiting = await admit(matching_bench)
    before = (await matching_bench.client.get(f"/offers/{group}")).json()["paused_because"]

    await matching_bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS)

    assert before == "not-meeting"
    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_a_hybrid_group_whose_place_is_closed_goes_on_by_video(matching_bench: ServiceBench) -> None:
    hybrid = await a_group(matching_bench, place_state="closed")
    in_person = await a_group(matching_bench, {"modes": ["in-person"]}, place_state="closed")

    async with matching_bench.runtime.read() as conn:
        facts = {it.id: it for it in await offers.facts_of(conn, [hybrid, in_person])}

    assert facts[hybrid].modes == {"video"}
    assert not facts[hybrid].paused
    assert facts[in_person].paused
    assert {tuple(it["modes"]) for it in await next_meetings(matching_bench, hybrid)} == {("video",)}


async def test_what_staff_paused_stays_paused_whatever_the_schedule_says(
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


async def test_the_last_seat_is_held_once_however_many_want_it(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench, seats=1)
    starts_at = await next_start(matching_bench, group)

    answers = await asyncio.gather(*(hold(matching_bench, group, starts_at) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert (await next_meetings(matching_bench, group))[0]["held"] == 1


async def test_a_held_seat_is_given_to_others_when_nobody_says_yes(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench, seats=1)
    starts_at = await next_start(matching_bench, group)
    seat = (await hold(matching_bench, group, starts_at)).json()

    await matching_bench.fire_timers(datetime.fromisoformat(seat["expires_at"]))
    late = await matching_bench.client.post(f"/seats/{seat['id']}/take")
    other = await hold(matching_bench, group, starts_at)

    assert (late.status_code, late.json()["code"]) == (409, "seat-over")
    assert other.status_code == 201


async def test_a_taken_seat_stays_taken_until_it_is_released(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench, seats=1)
    starts_at = await next_start(matching_bench, group)
    seat = (await hold(matching_bench, group, starts_at)).json()

    taken = await matching_bench.client.post(f"/seats/{seat['id']}/take")
    await matching_bench.fire_timers(datetime.fromisoformat(seat["expires_at"]))
    full = await hold(matching_bench, group, starts_at)
    released = await matching_bench.client.post(f"/seats/{seat['id']}/release")
    again = await matching_bench.client.post(f"/seats/{seat['id']}/release")

    assert (taken.json()["state"], full.json()["code"]) == ("taken", "no-seat")
    assert (released.json()["state"], again.json()["code"]) == ("released", "seat-over")
    meeting = (await next_meetings(matching_bench, group))[0]
    assert (meeting["held"], meeting["taken"]) == (0, 0)


async def test_a_referral_has_one_seat_at_a_meeting_and_may_hold_it_again(
    matching_bench: ServiceBench,
) -> None:
    group, referral = await a_group(matching_bench), await admit(matching_bench)
    starts_at = await next_start(matching_bench, group)
    seat = (await hold(matching_bench, group, starts_at, referral)).json()

    second = await hold(matching_bench, group, starts_at, referral)
    await matching_bench.client.post(f"/seats/{seat['id']}/release")
    third = await hold(matching_bench, group, starts_at, referral)

    assert (second.status_code, second.json()["code"], third.status_code) == (409, "has-a-seat", 201)
    assert (await next_meetings(matching_bench, group))[0]["held"] == 1


async def test_seats_are_given_back_when_the_referral_ends(matching_bench: ServiceBench) -> None:
    group, referral = await a_group(matching_bench), await admit(matching_bench)
    await hold(matching_bench, group, await next_start(matching_bench, group), referral)

    await matching_bench.hear(a_status(referral, Status.CANCELLED))

    assert (await next_meetings(matching_bench, group))[0]["held"] == 0


async def test_a_seat_is_not_held_for_a_referral_that_is_not_known_yet(matching_bench: ServiceBench) -> None:
    group, admission = await a_group(matching_bench), an_admission()
    starts_at = await next_start(matching_bench, group)

    early = await hold(matching_bench, group, starts_at, admission.referral_id)
    await matching_bench.hear(admission)
    later = await hold(matching_bench, group, starts_at, admission.referral_id)

    assert (early.status_code, early.json()["code"]) == (409, "not-yet-known")
    assert int(early.headers["Retry-After"]) >= 1
    assert later.status_code == 201


async def test_a_seat_is_not_held_for_a_referral_that_has_ended(matching_bench: ServiceBench) -> None:
    group, heard, unheard = await a_group(matching_bench), await admit(matching_bench), new_id()
    starts_at = await next_start(matching_bench, group)
    await matching_bench.hear(*(a_status(each, Status.CANCELLED) for each in (heard, unheard)))

    answers = [await hold(matching_bench, group, starts_at, each) for each in (heard, unheard)]

    assert [answer.json()["code"] for answer in answers] == ["referral-ended", "referral-ended"]
    assert (await next_meetings(matching_bench, group))[0]["held"] == 0


async def test_an_end_that_comes_while_a_seat_is_being_held_gives_it_back(
    matching_bench: ServiceBench,
) -> None:
    group, referral = await a_group(matching_bench), await admit(matching_bench)
    starts_at = await next_start(matching_bench, group)
    begins, policies = datetime.fromisoformat(starts_at), read_policies(SHIPPED_POLICIES)

    async with matching_bench.runtime.transaction() as tx:
        found = (await groups.groups(tx.conn, [group]))[group]
        await meeting.hold_seat(tx, found, begins, referral_id=referral, policies=policies)
        await matching_bench.hear(a_status(referral, Status.CANCELLED))  # passes over what is locked
    await matching_bench.fire_timers(matching_bench.clock.now())

    assert (await next_meetings(matching_bench, group))[0]["held"] == 0


async def test_ends_and_a_seat_given_back_at_the_same_meeting_do_not_wait_in_a_circle(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench)
    early, late = await admit(matching_bench), await admit(matching_bench)
    starts_at = await next_start(matching_bench, group)
    await hold(matching_bench, group, starts_at, early)
    seat = UUID((await hold(matching_bench, group, starts_at, late)).json()["id"])

    async with matching_bench.runtime.transaction() as tx:
        await groups.seat(tx.conn, seat)
        ends = asyncio.create_task(
            matching_bench.hear(a_status(early, Status.CANCELLED), a_status(late, Status.CANCELLED))
        )
        await poll_until(partial(_somebody_waits, matching_bench), bool, "the ends to wait for the seat")
        await tx.conn.execute(
            "select from occurrence for update nowait"
        )  # raises when the ends have it already
        await meeting.release_seat(tx, seat)
    await ends

    (next_one,) = (await next_meetings(matching_bench, group))[:1]
    assert (next_one["held"], next_one["taken"]) == (0, 0)


async def _somebody_waits(bench: ServiceBench) -> bool:
    query = """
        select exists (
            select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0)
    """
    waits: bool = await bench.pool.fetchval(query)
    return waits


async def test_a_cancelled_meeting_or_one_nobody_leads_seats_nobody(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench, facilitators_min=1)
    starts_at = await next_start(matching_bench, group)
    path = f"/groups/{group}/occurrences/{starts_at}"

    await matching_bench.client.patch(path, json={"facilitators": 0})
    nobody_leads = await hold(matching_bench, group, starts_at)
    uncovered = (await next_meetings(matching_bench, group))[0]["covered"]
    await matching_bench.client.patch(path, json={"facilitators": 1, "cancelled": True})
    cancelled = await hold(matching_bench, group, starts_at)
    await matching_bench.client.patch(path, json={"cancelled": False})
    led = await hold(matching_bench, group, starts_at)

    assert (nobody_leads.status_code, uncovered, cancelled.status_code) == (409, False, 409)
    assert led.status_code == 201


async def test_seats_at_one_meeting_are_never_fewer_than_promised(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench)
    starts_at = await next_start(matching_bench, group)
    for _ in range(2):
        await hold(matching_bench, group, starts_at)

    fewer = await matching_bench.client.patch(f"/groups/{group}/occurrences/{starts_at}", json={"seats": 1})
    more = await matching_bench.client.patch(f"/groups/{group}/occurrences/{starts_at}", json={"seats": 3})

    assert (fewer.status_code, fewer.json()["code"], more.status_code) == (409, "seats-below-promised", 204)


async def test_a_moment_at_which_the_group_does_not_meet_has_no_seats(matching_bench: ServiceBench) -> None:
    group = await a_group(matching_bench)

    answer = await hold(matching_bench, group, "2027-01-01T12:00:00Z")

    assert (answer.status_code, answer.json()["code"]) == (404, "no-such-meeting")
