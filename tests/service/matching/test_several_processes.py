"""Several matching processes on one database: each respects the places that the others hold."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import orjson

from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import new_id
from alongside_contracts.matching import MatchAccepted, MatchProposed, MatchWaitlisted
from tests.builders import SUNDAY_NOON
from tests.polling import poll_until
from tests.service.matching.bench import admit, an_offer, announced, last_proposal, places

PROCESSES = 4


async def test_a_thousand_acceptances_of_one_proposal_in_four_processes_are_one(
    matching_bench: ServiceBench,
) -> None:
    seat = await an_offer(matching_bench, capacity=1)
    proposal = await last_proposal(matching_bench, await admit(matching_bench))
    task = {"accept": str(proposal.proposal_id), "times": 1_000 // PROCESSES}

    async with competing_processes(matching_bench, [task] * PROCESSES) as processes:
        answers = [await outcome_of(process) for process in processes]

    assert Counter(chain.from_iterable(answers)) == {200: 1, 409: 999}
    assert len(await announced(matching_bench, MatchAccepted)) == 1
    assert await places(matching_bench, seat) == (0, 1)


async def test_a_thousand_arrivals_for_one_seat_in_four_processes_hold_it_once(
    matching_bench: ServiceBench,
) -> None:
    seat = await an_offer(matching_bench, capacity=1)
    tasks = [admission_task(250, together=5) for _ in range(PROCESSES)]

    async with competing_processes(matching_bench, tasks) as processes:
        dead_letters = [await outcome_of(process) for process in processes]

    assert dead_letters == [0] * PROCESSES
    assert len(await announced(matching_bench, MatchProposed)) == 1
    assert len(await announced(matching_bench, MatchWaitlisted)) == 999
    assert await places(matching_bench, seat) == (1, 0)


async def test_a_killed_process_leaves_no_offer_oversold_and_no_referral_stuck(
    matching_bench: ServiceBench,
) -> None:
    seats = [await an_offer(matching_bench, capacity=5) for _ in range(40)]
    tasks = [admission_task(100, together=4) for _ in range(PROCESSES)]

    async with competing_processes(matching_bench, tasks) as processes:
        await poll_until(lambda: requests_of(matching_bench, tasks[0]), bool, "the first one to be at work")
        processes[0].kill()
        for process in processes[1:]:
            assert await outcome_of(process) == 0
    async with competing_processes(matching_bench, tasks[:1]) as (successor,):
        assert await outcome_of(successor) == 0
    await matching_bench.fire_timers(SUNDAY_NOON + timedelta(seconds=2))

    assert sum([(await places(matching_bench, seat))[0] for seat in seats]) == 200
    assert await states(matching_bench) == {"proposed": 200, "waiting": 200}
    proposed = await announced(matching_bench, MatchProposed)
    assert len({event.referral_id for event in proposed}) == len(proposed) == 200


def admission_task(count: int, *, together: int) -> dict[str, Any]:
    """Return the task to process so many admissions."""
    return {"admit": [str(new_id()) for _ in range(count)], "together": together}


@asynccontextmanager
async def competing_processes(
    bench: ServiceBench, tasks: Sequence[dict[str, Any]]
) -> AsyncIterator[Sequence[Process]]:
    """Start one process per task and release all at the same moment; all have ended after the block."""
    url = bench.service.settings.database_url.get_secret_value()
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.service.matching.competing_process", url, stdin=PIPE, stdout=PIPE
        )
        for _ in tasks
    ]
    try:
        for process, task in zip(processes, tasks, strict=True):
            await write_line(process, orjson.dumps(task))
        for process in processes:
            assert await outcome_of(process) == "ready"
        for process in processes:
            await write_line(process, b"go")
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def outcome_of(process: Process) -> Any:
    """Return the result that a process writes."""
    return orjson.loads(await read_line(process))


async def write_line(process: Process, line: bytes) -> None:
    """Write a line to a process."""
    assert process.stdin is not None
    process.stdin.write(line + b"\n")
    await process.stdin.drain()


async def read_line(process: Process) -> bytes:
    """Return the next line a process writes."""
    assert process.stdout is not None
    return await process.stdout.readline()


async def requests_of(bench: ServiceBench, task: dict[str, Any]) -> int:
    """Count the task's referrals that are stored."""
    known: int = await bench.pool.fetchval(
        "select count(*) from request where referral_id = any($1::uuid[])",
        [UUID(id_) for id_ in task["admit"]],
    )
    return known


async def states(bench: ServiceBench) -> dict[str, int]:
    """Count referrals by state."""
    rows = await bench.pool.fetch("select state, count(*) from request group by state")
    return {row["state"]: row["count"] for row in rows}
