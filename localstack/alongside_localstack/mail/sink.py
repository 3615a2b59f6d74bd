"""A mail server that delivers to a folder: it shows the local stack and tests what people would have received.

    python -m alongside_localstack.mail.sink --port 1025 --http-port 8025 --folder .alongside/mail

Every accepted message is stored as an .eml file. Over HTTP: GET /messages?to=<address>, GET /messages/<id>,
DELETE /messages, GET /health/ready. A message accepted twice is one entry with `deliveries: 2`, so a double send shows.
Two domains fail on purpose: `*@full.example` is refused temporarily (452) at the first attempt for an address,
`*@gone.example` always (550).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from alongside_chassis.clock import SystemClock
from alongside_localstack.mail.mailbox import Mailbox
from alongside_localstack.ports import LOOPBACK

MESSAGE_BYTES_MAX = 10 * 1024 * 1024
FULL, GONE = "@full.example", "@gone.example"


class SmtpHandler:
    """aiosmtpd's handler: accepts or refuses recipients, and stores messages."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._tried: set[str] = set()

    async def handle_RCPT(  # noqa: N802  aiosmtpd finds handlers by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        recipient = address.lower()
        if recipient.endswith(GONE):
            return "550 5.1.1 no such mailbox"
        if recipient.endswith(FULL) and recipient not in self._tried:
            self._tried.add(recipient)
            return "452 4.2.2 mailbox full, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  aiosmtpd finds handlers by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store the message, then acknowledge it."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        await asyncio.to_thread(self._mailbox.store, raw, tuple(envelope.rcpt_tos))
        return "250 OK kept"

    def reset(self) -> None:
        """Clear the set of addresses that were tried before."""
        self._tried.clear()


def build(mailbox: Mailbox, *, smtp_port: int) -> Starlette:
    """Return the HTTP application; the SMTP server runs for as long as it does."""
    handler = SmtpHandler(mailbox)

    @contextlib.asynccontextmanager
    async def smtp_open(_app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(handler, loop=loop, hostname="localhost", data_size_limit=MESSAGE_BYTES_MAX),
            LOOPBACK,
            smtp_port,
        )
        async with server:
            yield

    async def messages(request: Request) -> Response:
        found = mailbox.messages(to=request.query_params.get("to"))
        return JSONResponse([asdict(message) for message in found])

    async def message(request: Request) -> Response:
        content = mailbox.content(request.path_params["id"])
        return JSONResponse(content or {"detail": "no such message"}, status_code=200 if content else 404)

    async def delete_messages(_request: Request) -> Response:
        await asyncio.to_thread(mailbox.clear)
        handler.reset()
        return Response(status_code=204)

    async def ready(_request: Request) -> Response:
        return JSONResponse({"status": "ready"})

    return Starlette(
        routes=[
            Route("/messages", messages, methods=["GET"]),
            Route("/messages", delete_messages, methods=["DELETE"]),
            Route("/messages/{id}", message, methods=["GET"]),
            Route("/health/ready", ready, methods=["GET"]),
        ],
        lifespan=smtp_open,
    )


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="alongside_localstack.mail.sink", description="Local mail sink.")
    parser.add_argument("--port", type=int, required=True, help="SMTP port")
    parser.add_argument("--http-port", type=int, required=True, help="port of the HTTP API")
    parser.add_argument("--folder", type=Path, required=True, help="folder of the stored messages")
    arguments = parser.parse_args()
    app = build(Mailbox(arguments.folder, clock=SystemClock()), smtp_port=arguments.port)
    uvicorn.run(
        app, host=LOOPBACK, port=arguments.http_port, log_level="warning", timeout_graceful_shutdown=3
    )


if __name__ == "__main__":
    main()
