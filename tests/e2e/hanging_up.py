"""A caller that disconnects at the first line of an answer, and a count of the consumer tasks that remain."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2

from alongside_chassis.testing import ServiceBench


async def disconnect_at_first_line(
    bench: ServiceBench, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
) -> bytes:
    """Return what a service streamed before its caller disconnected, which the transport reports as a server would."""
    transport = bench.client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    streamed, asked = bytearray(), iter([json.dumps(body).encode()])
    first_line = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if (question := next(asked, None)) is not None:
            return {"type": "http.request", "body": question}
        await first_line.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        streamed.extend(message.get("body", b""))
        if streamed:
            first_line.set()
            await asyncio.sleep(0)

    sent = {"content-type": "application/json", **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
    }
    await transport.app(scope, receive, send)
    return bytes(streamed)


def count_consumer_tasks() -> int:
    """Return the number of running tasks of Kafka consumers."""
    return sum("aiokafka/consumer" in repr(task.get_coro()) for task in asyncio.all_tasks())
