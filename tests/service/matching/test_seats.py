"""Seats at a meeting: held for a while, taken, released, and never given to two."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import new_id
from alongside_contracts.vocabulary import Status
from alongside_matching.groups import meetings
from alongside_matching.groups import store as groups
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES
from tests.builders import an_admission
from tests.polling import poll_until
from tests.service.matching.bench import a_status, admit
from tests.service.matching.test_groups import a_group, next_meetings, next_start


async def hold(bench: ServiceBench, group: UUID, starts_at: str, referral: UUID | None = None) -> Any:
    """Hold a seat; for a new referral, unless one is given."""
    wanted = referral or await admit(bench)
    return await bench.client.post(
        f"/groups/{group}/occurrences/{starts_at}/seats", json={"referral_id": str(wanted)}
    )


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
    second = await hold(matching_bench, group, starts_at, admission.referral_id)

    assert (early.status_code, early.json()["code"]) == (409, "not-yet-known")
    assert int(early.headers["Retry-After"]) >= 1
    assert second.status_code == 201


async def test_a_seat_is_not_held_for_a_referral_that_has_ended(matching_bench: ServiceBench) -> None:
    group, known, unknown = await a_group(matching_bench), await admit(matching_bench), new_id()
    starts_at = await next_start(matching_bench, group)
    await matching_bench.hear(*(a_status(each, Status.CANCELLED) for each in (known, unknown)))

    answers = [await hold(matching_bench, group, starts_at, each) for each in (known, unknown)]

    assert [answer.json()["code"] for answer in answers] == ["referral-ended", "referral-ended"]
    assert (await next_meetings(matching_bench, group))[0]["held"] == 0


async def test_an_end_that_comes_while_a_seat_is_being_held_gives_it_back(
    matching_bench: ServiceBench,
) -> None:
    group, referral = await a_group(matching_bench), await admit(matching_bench)
    starts_at = await next_start(matching_bench, group)
    begins, policies = datetime.fromisoformat(starts_at), read_policies(SHIPPED_POLICIES)

    async with matching_bench.runtime.transaction() as tx:
        await meetings.hold_seat(tx, group, begins, referral_id=referral, policies=policies)
        await matching_bench.hear(a_status(referral, Status.CANCELLED))  # skips what is locked
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
        await groups.lock_seat(tx.conn, seat)
        ends = asyncio.create_task(
            matching_bench.hear(a_status(early, Status.CANCELLED), a_status(late, Status.CANCELLED))
        )
        await poll_until(partial(_somebody_waits, matching_bench), bool, "the ends to wait for the seat")
        await tx.conn.execute(
            "select from occurrence for update nowait"
        )  # raises when the ends have it already
        await meetings.release_seat(tx, seat)
    await ends

    (next_one,) = (await next_meetings(matching_bench, group))[:1]
    assert (next_one["held"], next_one["taken"]) == (0, 0)


async def test_a_seat_given_back_and_held_again_at_once_do_not_wait_in_a_circle(
    matching_bench: ServiceBench,
) -> None:
    group = await a_group(matching_bench)
    referral = await admit(matching_bench)
    starts_at = await next_start(matching_bench, group)
    seat = UUID((await hold(matching_bench, group, starts_at, referral)).json()["id"])

    async with matching_bench.runtime.transaction() as tx:
        await groups.lock_seat(tx.conn, seat)
        again = asyncio.create_task(hold(matching_bench, group, starts_at, referral))
        await poll_until(
            partial(_somebody_waits, matching_bench), bool, "the second hold to wait for the seat"
        )
        await tx.conn.execute(
            "select from occurrence for update nowait"
        )  # raises when the second hold has it already
        await meetings.release_seat(tx, seat)

    assert (await again).status_code == 201
    (next_one,) = (await next_meetings(matching_bench, group))[:1]
    assert (next_one["held"], next_one["taken"]) == (1, 0)


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
