"""Servers around notifications, on real sockets: a mail server and a contact provider."""

import asyncio
import email.policy
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

OK = "250 OK"


@dataclass(frozen=True)
class ReceivedEmail:
    """A message that the mail server received."""

    to: str
    message: EmailMessage
    raw: bytes

    @property
    def message_id(self) -> str:
        """The Message-ID of the message."""
        return str(self.message["Message-ID"])


@dataclass
class FakeMailServer:
    """A mail server that stores messages, and gives scripted answers first.

    `at_rcpt` and `at_data` hold answers per address, used one by one before the server accepts a message. An
    address in `blocked` gets no answer to its message until the event is set.
    """

    received: list[ReceivedEmail] = field(default_factory=list)
    at_rcpt: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    at_data: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    blocked: dict[str, asyncio.Event] = field(default_factory=dict)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    port: int = 0

    async def handle_RCPT(  # noqa: N802  (the name aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """Accept a recipient, unless scripted otherwise."""
        if self.at_rcpt[address]:
            return self.at_rcpt[address].pop(0)
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(  # noqa: N802  (the name aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Store a message, unless scripted otherwise."""
        to, raw = envelope.rcpt_tos[0], envelope.content
        assert isinstance(raw, bytes)
        if self.at_data[to]:
            return self.at_data[to].pop(0)
        message = BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(raw)
        async with self.arrived:
            self.received.append(ReceivedEmail(to, message, raw))
            self.arrived.notify_all()
        if to in self.blocked:
            await self.blocked[to].wait()
        return OK

    async def wait_for_mails(self, count: int) -> list[ReceivedEmail]:
        """Wait until that many messages have arrived in total; return all messages."""
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return self.received

    def mails_to(self, address: str) -> list[ReceivedEmail]:
        """Return the messages one address received."""
        return [mail for mail in self.received if mail.to == address]


@dataclass
class FakeContactProvider:
    """Answers `POST /contact-routes/query` as intake and matching do.

    Whole queries fail while the provider is `unavailable`, and when they name a recipient in `poisoned`. A recipient in
    `unreadable` has an entry with that problem, one in `omitted` has none. Answers for a kind in `blocked` wait for its event.
    """

    token: str
    addresses: dict[tuple[str, str], str | None] = field(default_factory=dict)
    unavailable: bool = False
    poisoned: set[tuple[str, str]] = field(default_factory=set)
    unreadable: set[tuple[str, str]] = field(default_factory=set)
    omitted: set[tuple[str, str]] = field(default_factory=set)
    blocked: dict[str, asyncio.Event] = field(default_factory=dict)
    queries: list[list[tuple[str, str]]] = field(default_factory=list)
    url: str = ""

    @property
    def queried_recipients(self) -> list[tuple[str, str]]:
        """The recipients of all queries together."""
        return [entry for query in self.queries for entry in query]

    async def answer(self, request: Request) -> Response:
        """Answer one query."""
        if self.unavailable:
            return JSONResponse({"code": "try-again"}, 503)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({"code": "service-token-required"}, 401)
        query = [(recipient["kind"], recipient["id"]) for recipient in (await request.json())["recipients"]]
        self.queries.append(query)
        for kind in {kind for kind, _ in query} & self.blocked.keys():
            await self.blocked[kind].wait()
        if self.poisoned.intersection(query):
            return JSONResponse({"code": "our-fault"}, 500)
        return JSONResponse(
            {"routes": [self._entry(recipient) for recipient in query if recipient not in self.omitted]}
        )

    def _entry(self, recipient: tuple[str, str]) -> dict[str, str | None]:
        kind, recipient_id = recipient
        problem = "contact-route-unreadable" if recipient in self.unreadable else None
        if recipient not in self.addresses:
            problem = "no-contact-route" if kind == "offer" else "contact-route-missing"
        email = None if problem else self.addresses[recipient]
        return {"kind": kind, "id": recipient_id, "email": email, "problem": problem}


@asynccontextmanager
async def fake_mail_server() -> AsyncIterator[FakeMailServer]:
    """Run a mail server on a free port."""
    box, loop = FakeMailServer(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop, hostname="mail.test"), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


@asynccontextmanager
async def fake_contact_provider(
    token: str, addresses: Mapping[tuple[str, str], str | None]
) -> AsyncIterator[FakeContactProvider]:
    """Run a contact provider on a free port."""
    contacts = FakeContactProvider(token, dict(addresses))
    app = Starlette(routes=[Route("/contact-routes/query", contacts.answer, methods=["POST"])])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        contacts.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(10):
                while not server.started:  # noqa: ASYNC110  (uvicorn offers nothing to await)
                    await asyncio.sleep(0.01)
            yield contacts
        finally:
            server.should_exit = True
            await serving
