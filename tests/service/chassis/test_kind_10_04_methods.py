"""HTTP as clients and proxies expect it: the methods of a path, HEAD beside GET, no address that the client made up."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.testing import ServiceBench
from tests.service.chassis.conftest import BareBench

FORGED = "forged.invalid"
FORGED_HEADERS = {
    "Host": FORGED,
    "Forwarded": f"host={FORGED};proto=https",
    "X-Forwarded-Host": FORGED,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": f"/{FORGED}",
    "X-Forwarded-Server": FORGED,
    "X-Original-URL": f"/{FORGED}",
}


@pytest.fixture
async def client(bare: BareBench) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a service that consists of the chassis alone."""
    async with bare(Handlers()) as bench:
        yield bench.client


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/dead-letters", "GET, HEAD, OPTIONS"),
        ("POST", "/dead-letters", "GET, HEAD, OPTIONS"),
        ("PATCH", "/dead-letters/0/drop", "OPTIONS, POST"),
        ("GET", "/dead-letters/0/drop", "OPTIONS, POST"),
        ("HEAD", "/dead-letters/0/drop", "OPTIONS, POST"),
        ("TRACE", "/quarantine", "GET, HEAD, OPTIONS"),
        ("BREW", "/quarantine", "GET, HEAD, OPTIONS"),
        ("POST", "/docs", "GET, HEAD, OPTIONS"),
        ("PUT", "/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_refused_with_those_it_takes(
    client: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    answer = await client.request(method, path)

    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert method == "HEAD" or answer.json()["code"] == "method-not-allowed"


async def test_a_path_with_several_routes_names_the_methods_of_all(matching_bench: ServiceBench) -> None:
    answer = await matching_bench.client.delete("/offers")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(
    "path", ["/dead-letters", "/quarantine?limit=5", "/docs", "/openapi.json", "/quarantine?limit=x"]
)
async def test_head_answers_as_get_without_the_body(client: httpx2.AsyncClient, path: str) -> None:
    got = await client.get(path)

    head = await client.head(path)

    assert (head.status_code, dict(head.headers), head.content) == (got.status_code, dict(got.headers), b"")


async def test_options_answers_with_the_methods_of_a_path(client: httpx2.AsyncClient) -> None:
    answer = await client.options("/dead-letters/0/replay")

    assert (answer.status_code, answer.headers["Allow"], answer.content) == (204, "OPTIONS, POST", b"")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/quarantine/", "/docs/", "/dead-letters/", "//quarantine"]
)
async def test_a_path_that_is_not_there_is_a_problem_and_no_redirect(
    client: httpx2.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path, headers=FORGED_HEADERS)

    assert (answer.status_code, "Location" in answer.headers) == (404, False)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/quarantine", "/docs/oauth2-redirect", "/nowhere"]
)
async def test_a_forged_host_appears_in_no_answer(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers=FORGED_HEADERS)

    assert FORGED not in answer.text
    assert FORGED not in str(answer.headers)


async def test_the_pages_for_people_read_the_document_from_where_they_are(client: httpx2.AsyncClient) -> None:
    page = await client.get("/docs")

    assert "url: '/openapi.json'" in page.text
    assert (await client.get("/openapi.json")).json()["servers"] == [{"url": "/"}]


@pytest.mark.parametrize("path", ["/offers/imports", "/offers/batch", "/decisions/try"])
async def test_a_word_in_a_path_is_not_taken_for_an_id(matching_bench: ServiceBench, path: str) -> None:
    answer = await matching_bench.client.get(path)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")
