"""Large imports are read beside the event loop: the service consumes and answers `GET /health/live` meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION
from tests.event_loop import leaving_the_loop_to_others
from tests.service.matching.test_offer_imports import SUPPORTER, send, table
from tests.unit.groups.test_published import ENTRY

Request = Callable[[ServiceBench], Awaitable[httpx2.Response]]


def a_file(*lines: str) -> Request:
    """Return a request that imports a file of these lines."""
    text = table(*lines)
    return lambda bench: send(bench, text)


def a_list(entries: list[Any]) -> Request:
    """Return a request that imports a list of meetings."""
    params = {"region": REGION, "need": "alcohol"}
    return lambda bench: bench.client.post("/groups/imports", params=params, json=entries)


def a_batch(offers: list[Any]) -> Request:
    """Return a request that adds offers."""
    return lambda bench: bench.client.post("/offers/batch", json={"offers": offers})


DETAILS = SUPPORTER.split(",", 1)[1] + ",,,,"
REQUESTS = {
    "6,000 lines": a_file(*(f"s-{n},{DETAILS}" for n in range(6_000))),
    "20,000 wrong lines": a_file(*(f"s-{n},x,,sadness,en,telepathy,,1,,,,,,,," for n in range(20_000))),
    "a list of 2,000,000 needs": a_file(f"s-1,supporter,,{'x;' * 2_000_000},en,,,1,,,,,,,,"),
    "500,000 periods": a_file(f"s-1,supporter,,grief,en,,,1,{'tu 18:00-21:00;' * 500_000},,,,,,,"),
    "1,500 meetings": a_list([ENTRY | {"slug": f"meeting-{n}"} for n in range(1_500)]),
    "5,000 entries that are none": a_list([0] * 5_000),
    "400,000 entries": a_list([0] * 400_000),
    "four megabytes of nothing": a_list([{}] * 1_000_000),
    "entries of a kilobyte": a_list([ENTRY | {"slug": f"m-{n}", "notes": "x" * 400} for n in range(3_000)]),
    "1,000 wrong offers": a_batch([{"kind": "x"}] * 1_000),
    "400,000 offers": a_batch([0] * 400_000),
}


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS)
async def test_live_is_answered_while_a_large_request_is(
    matching_bench: ServiceBench, request_of: Request
) -> None:
    matching_bench.client.event_hooks = {}  # which check every answer in the same event loop

    answer = await leaving_the_loop_to_others(lambda: request_of(matching_bench))

    assert answer.status_code in (200, 422)


async def test_an_import_reports_two_thousand_problems_and_counts_the_others(
    matching_bench: ServiceBench,
) -> None:
    result = (await a_file(*(f"s-{n},x,,grief,en,,,1,,,,,,,," for n in range(2_500)))(matching_bench)).json()

    assert (result["quarantined"], len(result["lines"]), result["lines_more"]) == (2_500, 2_000, 500)
