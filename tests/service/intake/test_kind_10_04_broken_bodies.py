"""A danger is heard in a request that never ends: its client is too slow, or goes away in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from alongside_chassis.testing import ServiceBench
from alongside_contracts.intake import SubmissionEscalated
from tests.conftest import PERSON_KEY

BenchOf = Callable[..., AbstractAsyncContextManager[ServiceBench]]
BEGUN = b'{"person_reference":"p-1","risks":["danger-to-self"],"needs":["gri'


async def escalations(bench: ServiceBench) -> int:
    """Return how many escalations were announced."""
    return sum(isinstance(item.event, SubmissionEscalated) for item in await bench.announced())


async def test_a_danger_in_a_body_that_stops_is_escalated_and_answered_with_crisis_lines(
    bench_of: BenchOf,
) -> None:
    async def stops() -> AsyncIterator[bytes]:
        yield BEGUN
        await asyncio.Event().wait()

    async with bench_of("intake", person_key=PERSON_KEY, http_read_seconds_max=0.2) as bench:
        answer = await bench.client.post(
            "/submissions", content=stops(), headers={"content-type": "application/json"}
        )

        assert (answer.status_code, answer.json()["code"]) == (408, "too-slow")
        assert answer.json()["crisis_resources"]
        assert await escalations(bench) == 1


async def test_a_danger_in_a_body_whose_client_goes_away_is_escalated(intake_bench: ServiceBench) -> None:
    messages = iter([{"type": "http.request", "body": BEGUN, "more_body": True}])
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/submissions", "raw_path": b"/submissions"}
    rest = {"query_string": b"", "headers": [(b"content-type", b"application/json")], "http_version": "1.1"}
    await intake_bench.app({**scope, **rest, "scheme": "http", "root_path": ""}, receive, send)

    assert sent[0]["status"] == 408
    assert await escalations(intake_bench) == 1
