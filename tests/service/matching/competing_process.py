"""One of several matching processes that work on the same database; the tests start some and kill one.

`python -m tests.service.matching.competing_process <database url>` reads one task from standard input, writes
"ready", waits for a line, does the task and writes its result, all as JSON. Everything except the clock and Kafka is
as in production.
"""

import asyncio
import sys
from collections.abc import Sequence
from uuid import UUID

import orjson
from pydantic import SecretStr

from alongside_chassis.testing import ManualClock, ServiceBench, on_the_bench
from alongside_matching.app import service
from alongside_matching.settings import Settings
from tests.builders import SUNDAY_NOON, an_admission

AT_ONCE = 8


async def run_task(url: str) -> None:
    """Do the task on standard input."""
    settings = Settings(database_url=SecretStr(url), log_level="ERROR", pool_connections_max=AT_ONCE)
    async with on_the_bench(service(settings), ManualClock(SUNDAY_NOON)) as bench:
        task = orjson.loads(sys.stdin.readline())
        write_line("ready")
        await asyncio.to_thread(sys.stdin.readline)
        match task:
            case {"accept": str(proposal), "times": int(times)}:
                outcome: object = await accept(bench, proposal, times)
            case {"admit": list(referrals), "together": int(together)}:
                outcome = await admit(bench, [UUID(referral) for referral in referrals], together)
            case unknown:
                raise ValueError(f"no such task: {unknown}")
    write_line(outcome)


def write_line(outcome: object) -> None:
    """Write one line for the test."""
    sys.stdout.write(orjson.dumps(outcome).decode() + "\n")
    sys.stdout.flush()


async def accept(bench: ServiceBench, proposal: str, times: int) -> list[int]:
    """Accept a proposal so many times, and return the HTTP codes."""
    answers = await asyncio.gather(
        *(bench.client.post(f"/proposals/{proposal}/accept") for _ in range(times))
    )
    return [answer.status_code for answer in answers]


async def admit(bench: ServiceBench, referrals: Sequence[UUID], together: int) -> int:
    """Publish these admissions in batches, several batches at once; the event ids are the same each time."""
    batch_slots = asyncio.Semaphore(AT_ONCE)

    async def hear(some: Sequence[UUID]) -> None:
        records = [bench.record_of(an_admission(id_), event_id=f"admission-{id_}") for id_ in some]
        async with batch_slots:
            await bench.hear_records(*records)

    batches = [referrals[start : start + together] for start in range(0, len(referrals), together)]
    await asyncio.gather(*(hear(batch) for batch in batches))
    return len(await bench.dead_letters())


if __name__ == "__main__":
    asyncio.run(run_task(sys.argv[1]))
