"""An address book in place of intake's and matching's, for large runs.

Each notice by e-mail asks where its recipient can be reached; with thousands of referrals those questions are more than
half of all work. This answers them at once: nobody has an address, but one person in `ONE_IN`. Small runs ask the
services themselves.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final
from zlib import crc32

from alongside_cli.stack.ports import LOOPBACK

ONE_IN: Final = 20
_REQUEST_BYTES_MAX: Final = 16 * 1024


@asynccontextmanager
async def address_book(port: int) -> AsyncIterator[str]:
    """The base URL of the book, for as long as the block lasts."""
    server = await asyncio.start_server(_serve, LOOPBACK, port, limit=_REQUEST_BYTES_MAX)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.close()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer `GET /contact-routes/{kind}/{id}` until the caller hangs up."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            *_, kind, recipient = head.split(b" ", 2)[1].decode().split("/")
            writer.write(_answer(kind, recipient))
            await writer.drain()
    except (OSError, ValueError, IndexError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()


def _answer(kind: str, recipient: str) -> bytes:
    if kind == "person" and crc32(recipient.encode()) % ONE_IN == 0:
        status, body = HTTPStatus.OK, {"email": f"{recipient}@people.example"}
    else:
        status, body = HTTPStatus.NOT_FOUND, {"code": "no-contact-route", "title": "Nobody registered one"}
    payload = json.dumps(body).encode()
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(payload)}\r\n\r\n".encode() + payload
