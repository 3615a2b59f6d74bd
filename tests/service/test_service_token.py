"""Routes between our own services: without a configured token they refuse every request, whatever credentials it has."""

import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx2
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.services import SERVICES
from tests.conftest import PERSON_KEY

CREDENTIALS = ("", "Bearer", "Bearer ", "Bearer None")
CLOSED = (401, "service-token-required")


@pytest.mark.parametrize("service", SERVICES)
async def test_an_empty_service_token_closes_every_route_that_requires_one(
    service: str, bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]
) -> None:
    settings = {"person_key": PERSON_KEY} if service == "intake" else {}
    async with bench_of(service, **settings) as bench:
        protected_routes = [
            route for route in routes_of(bench) if await answer(bench.client, *route) == CLOSED
        ]

    async with bench_of(service, service_token="", **settings) as bench:
        answers = {
            (*route, token): await answer(bench.client, *route, token)
            for route in protected_routes
            for token in CREDENTIALS
        }

    assert ("POST", "/dead-letters/0/replay") in protected_routes
    assert {request: answered for request, answered in answers.items() if answered != CLOSED} == {}


def routes_of(bench: ServiceBench) -> list[tuple[str, str]]:
    """Return every method and path the service documents, with some value for each parameter."""
    paths = bench.app.openapi()["paths"]
    return [
        (method.upper(), re.sub(r"\{[^}]+\}", "0", path)) for path, item in paths.items() for method in item
    ]


async def answer(
    client: httpx2.AsyncClient, method: str, path: str, credentials: str = ""
) -> tuple[int, str | None]:
    """Return the status and, where there is one, the problem's code."""
    response = await client.request(
        method, path, headers={"Authorization": credentials} if credentials else {}
    )
    is_problem = response.headers.get("content-type") == "application/problem+json"
    return response.status_code, response.json()["code"] if is_problem else None
