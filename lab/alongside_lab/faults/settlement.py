"""Waits until no work remains, according to Kafka and PostgreSQL, independent of the services."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka.errors import KafkaError

from alongside_chassis.database import UNANSWERED
from alongside_lab.faults.evidence import collect
from alongside_localstack.stack import LocalStack

POLL_SECONDS: Final = 2.0
IDLE_POLLS: Final = 3
"""The consecutive polls without remaining work that end the wait: a single one may fall between two steps of a journey."""
_REMAINING_QUERIES: Final = {
    "paused partners": ("intake", "select count(*) from quarantine where resumed_at is null"),
    "open proposals": ("matching", "select count(*) from proposal where state = 'open'"),
    "searching requests": ("matching", "select count(*) from request where state = 'searching'"),
    "directory imports": ("directory", collect.IMPORTS_REMAINING),
    "referrals under way": (
        "referrals",
        "select count(*) from referral where status in ('accepted', 'in-progress')",
    ),
    "open loops": (
        "referrals",
        "select count(*) from referral where status = 'completed' and loop_closed_at is null",
    ),
    "deliveries": ("notifications", "select count(*) from delivery where state in ('pending', 'sending')"),
}


async def wait_until_settled(
    stack: LocalStack,
    topics: Sequence[str],
    *,
    patience_seconds: float,
    report_progress: Callable[[str], None],
) -> bool:
    """Wait until no work remains; return False when there was no progress for `patience_seconds`."""
    progress_at, idle_polls, previous = time.monotonic(), 0, None
    while time.monotonic() < progress_at + patience_seconds:
        remaining = await _remaining(stack, topics)
        idle_polls = 0 if remaining else idle_polls + 1
        if idle_polls == IDLE_POLLS:
            return True
        if remaining != previous:
            progress_at = time.monotonic()
            report_progress(
                f"waiting for {', '.join(f'{count} {name}' for name, count in remaining.items()) or 'confirmation'}"
            )
        previous = remaining
        await asyncio.sleep(POLL_SECONDS)
    return False


async def _remaining(stack: LocalStack, topics: Sequence[str]) -> dict[str, int]:
    """Return the counts of remaining work, by name; a failed query counts as remaining work."""
    try:
        counts: dict[str, int] = {
            name: (await collect.rows(stack, service, query))[0]["count"]
            for name, (service, query) in _REMAINING_QUERIES.items()
        }
        counts |= {f"in {name}'s outbox": rows for name, rows in (await collect.outboxes(stack)).items()}
        counts |= {f"behind {name}": rows for name, rows in (await collect.lag(stack.kafka, topics)).items()}
    except (*UNANSWERED, KafkaError) as error:
        return {f"answer ({type(error).__name__})": 1}
    return {name: count for name, count in counts.items() if count}
