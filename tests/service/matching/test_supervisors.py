"""A supervisor has at most as many supporters as the region's norm allows, also when agreements arrive at once."""

import asyncio
from uuid import UUID

from alongside_chassis.testing import ServiceBench
from tests.polling import poll_until
from tests.service.matching.bench import an_offer


async def test_a_supervisor_looks_after_no_more_supporters_than_the_norm(
    matching_bench: ServiceBench,
) -> None:
    candidates = [await an_offer(matching_bench) for _ in range(9)]
    answers = [
        await matching_bench.client.put(f"/offers/{offer}/agreement", json={"supervisor": "supervisor-1"})
        for offer in candidates
    ]

    assert [answer.status_code for answer in answers] == [200] * 8 + [409]
    assert answers[-1].json()["code"] == "supervisor-full"


async def test_two_agreements_at_once_do_not_give_a_supervisor_one_too_many(
    matching_bench: ServiceBench,
) -> None:
    *candidates, first, second = [await an_offer(matching_bench) for _ in range(9)]
    for offer in candidates:
        await agree(matching_bench, offer)

    async with matching_bench.pool.acquire() as other, other.transaction():
        await other.execute("select from supporter where offer_id = $1 for update", first)
        waits = asyncio.create_task(agree(matching_bench, first))  # has counted, and waits to write its row
        await poll_until(
            lambda: locks_waited_for(matching_bench), lambda count: count == 1, "the first to wait"
        )
        comes = asyncio.create_task(agree(matching_bench, second))
        await poll_until(
            lambda: locks_waited_for(matching_bench, done=comes.done()),
            lambda count: count == 2,
            "the second to wait, or to end",
        )

    assert sorted([await waits, await comes]) == [200, 409]


async def agree(bench: ServiceBench, offer: UUID) -> int:
    """Agree on the same supervisor, and return the HTTP code."""
    answer = await bench.client.put(f"/offers/{offer}/agreement", json={"supervisor": "supervisor-1"})
    return answer.status_code


async def locks_waited_for(bench: ServiceBench, *, done: bool = False) -> int:
    """Count transactions that wait for a lock, and add one when `done`."""
    waiting: int = await bench.pool.fetchval(
        "select count(distinct pid) from pg_locks join pg_stat_activity using (pid)"
        " where not granted and datname = current_database()"
    )
    return waiting + done
