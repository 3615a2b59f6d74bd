"""A contact lookup that replaces intake's and matching's in large runs.

Each notice by e-mail looks up its recipient's address; with thousands of referrals these lookups are more than half of
all work. This server answers at once: every partner, and only one person in `ADDRESS_ONE_IN`, has an address. Small runs use
the services.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from zlib import crc32

from alongside_localstack.ports import LOOPBACK

ADDRESS_ONE_IN: Final = 20
_REQUEST_BYTES_MAX: Final = 16 * 1024


@asynccontextmanager
async def address_book(port: int) -> AsyncIterator[str]:
    """Serve the lookup for as long as the block lasts, and yield its base URL."""
    server = await asyncio.start_server(_serve, LOOPBACK, port, limit=_REQUEST_BYTES_MAX)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer `POST /contact-routes/query` until the caller disconnects."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            [length] = re.findall(rb"(?i)\r\ncontent-length: *(\d+)\r\n", head)
            query = json.loads(await reader.readexactly(int(length)))
            writer.write(_answer([(recipient["kind"], recipient["id"]) for recipient in query["recipients"]]))
            await writer.drain()
    except (OSError, ValueError, KeyError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


def _answer(recipients: Sequence[tuple[str, str]]) -> bytes:
    payload = json.dumps({"routes": [_route(kind, recipient) for kind, recipient in recipients]}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    return head.encode() + payload


def _route(kind: str, recipient: str) -> dict[str, str]:
    if kind == "person" and crc32(recipient.encode()) % ADDRESS_ONE_IN == 0:
        return {"kind": kind, "id": recipient, "email": f"{recipient}@people.example"}
    if kind == "partner":
        return {"kind": kind, "id": recipient, "email": f"desk@{recipient}.example"}
    return {"kind": kind, "id": recipient, "problem": "no-contact-route"}
