"""An upload without an end is refused at its limit, not when the memory is full."""

from collections.abc import AsyncIterator

import pytest

from alongside_chassis.testing import ServiceBench

MEBIBYTE = b" " * 2**20


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/offers/imports?region=us-fl-miami&source=list", "text/csv"),
        ("/groups/imports?region=us-fl-miami&need=grief", "application/json"),
    ],
)
async def test_an_endless_upload_is_refused_at_its_limit(
    matching_bench: ServiceBench, path: str, media_type: str
) -> None:
    sent = 0

    async def without_end() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            assert sent < 20, "the service reads more than its limit of 16 MiB"
            sent += 1
            yield MEBIBYTE

    answer = await matching_bench.client.post(
        path, content=without_end(), headers={"Content-Type": media_type}
    )

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (413, "too-large", "body")
