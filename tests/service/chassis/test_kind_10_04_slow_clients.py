"""A client that sends or reads too slowly is ended, and occupies nothing; one that is only slow is served."""

import asyncio
import socket
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from fastapi import APIRouter, Request, Response

from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.http import slow_clients
from alongside_chassis.main import http_server
from tests.polling import poll_until
from tests.service.chassis.conftest import BareBench

HEAD = b"POST /bytes HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n"
GET = b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n"
SECONDS_MAX = 0.3

router = APIRouter()


@router.post("/bytes")
async def count_bytes(request: Request) -> int:
    """Read the whole body."""
    return len(await request.body())


@router.post("/unread")
async def refuse_unread() -> None:
    """Answer without reading the body."""


@router.get("/large")
async def get_large(size: int = 50_000_000) -> Response:
    """Answer with more than any buffer holds, or with so many bytes."""
    return Response(b"x" * size)


@router.get("/health/live")
@router.get("/health/ready")
@router.get("/metrics")
async def answer_probe() -> str:
    """Answer as the probes of a served process do; a bench has none."""
    return "here"


class Served:
    """A served application, and its connections."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.opened: list[StreamWriter | socket.socket] = []

    async def connect(self) -> tuple[StreamReader, StreamWriter]:
        """Open a connection; it is closed with the service."""
        reader, writer = await asyncio.open_connection(*self._address())
        self.opened.append(writer)
        return reader, writer

    async def ask(self, request: bytes) -> socket.socket:
        """Send the request on a connection whose two ends take in little of an answer until it is read."""
        self._server.servers[0].sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
        client = socket.socket()
        self.opened.append(client)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, self._address())
        client.send(request)
        return client

    def _address(self) -> tuple[str, int]:
        address: tuple[str, int] = self._server.servers[0].sockets[0].getsockname()
        return address

    def close(self) -> None:
        """Close what was opened, and stop serving."""
        for opened in self.opened:
            opened.close()
        self._server.should_exit = True

    async def has_started(self) -> bool:
        """Return whether it answers."""
        return bool(self._server.started)

    async def connections(self) -> int:
        """Return how many connections there are."""
        return len(self._server.server_state.connections)

    async def answered(self) -> int:
        """Return how many requests were answered, read or not."""
        return int(self._server.server_state.total_requests)


@asynccontextmanager
async def served(bare: BareBench, **settings: Any) -> AsyncIterator[Served]:
    """Serve the routes of this module over real connections."""
    given = {"http_port": 0, "http_read_seconds_max": SECONDS_MAX} | settings
    async with bare(Handlers(), router, **given) as bench:
        server = http_server(bench.app, bench.service.settings, lifespan="off")
        serving = asyncio.create_task(server.serve())
        service = Served(server)
        try:
            await poll_until(service.has_started, bool, "the HTTP server")
            yield service
        finally:
            service.close()
            await serving


async def problem_at_the_end(reader: StreamReader) -> tuple[int, str, str]:
    """Read until the server closes; return status, media type and code of its last answer."""
    async with asyncio.timeout(30):
        head, _, body = (await reader.read()).rpartition(b"\r\n\r\n")
    *_, last = head.split(b"HTTP/1.1 ")
    media_type = next(line for line in last.split(b"\r\n") if line.lower().startswith(b"content-type"))
    return int(last[:3]), media_type.partition(b": ")[2].decode(), orjson.loads(body)["code"]


async def drip(reader: StreamReader, writer: StreamWriter, piece: bytes) -> None:
    """Send the piece again and again until the server has ended the connection."""
    reading = asyncio.create_task(reader.read())

    async def send_and_look() -> bool:
        if not writer.is_closing():
            writer.write(piece)
        return reading.done()

    await poll_until(send_and_look, bool, "a slow client to be ended")
    reading.exception()  # a reset is an end as well


async def send_in_pieces(writer: StreamWriter, pieces: list[bytes]) -> None:
    """Send the pieces one after another, with a pause after each."""
    left = iter(pieces)

    async def send_next() -> bytes | None:
        piece = next(left, None)
        writer.write(piece or b"")
        return piece

    await poll_until(send_next, lambda piece: piece is None, "the body to be sent")


async def answer_from(reader: StreamReader) -> bytes:
    """Read one answer, head and body."""
    async with asyncio.timeout(30):
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
        return head + await reader.readexactly(int(length))


def get_large_of(size: int) -> bytes:
    """Return a request for an answer of so many bytes, the last on its connection."""
    return b"GET /large?size=%d HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n" % size


async def bytes_read_by(client: socket.socket, piece: int) -> int:
    """Read to the end in pieces of at most this size, with a pause after each; return the sum."""
    count = 0

    async def read_next() -> bytes:
        nonlocal count
        data = await asyncio.get_running_loop().sock_recv(client, piece)
        count += len(data)
        return data

    await poll_until(read_next, lambda data: not data, "the end of the answer")
    return count


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET", b"GET /quarantine HTTP/1.1\r\nHost: here\r\n", b"\r\n", b"GET /quarantine HTTP/1.1\r\nHo"],
    ids=["nothing", "a method", "no end", "an empty line", "half a header"],
)
async def test_a_head_that_stops_is_answered_408_and_closed(bare: BareBench, sent: bytes) -> None:
    async with served(bare) as service:
        reader, writer = await service.connect()

        writer.write(sent)

        assert await problem_at_the_end(reader) == (408, "application/problem+json", "too-slow")


@pytest.mark.parametrize(
    "before", [b"", b"GET /quarantine HTTP/1.1\r\nHost: here\r\n\r\n"], ids=["first", "second"]
)
@pytest.mark.parametrize("piece", [b"X-A: 1\r\n", b"\r\n"], ids=["headers", "empty lines"])
async def test_a_head_that_drips_is_ended(bare: BareBench, before: bytes, piece: bytes) -> None:
    async with served(bare) as service:
        reader, writer = await service.connect()
        writer.write(before + (b"" if piece == b"\r\n" else b"GET /quarantine HTTP/1.1\r\n"))

        await drip(reader, writer, piece)

        await poll_until(service.connections, lambda number: number == 0, "the connection to end")


async def test_a_body_that_stops_is_answered_408(bare: BareBench) -> None:
    async with served(bare) as service:
        reader, writer = await service.connect()

        writer.write(HEAD + b"half")

        assert await problem_at_the_end(reader) == (408, "application/problem+json", "too-slow")


async def test_a_body_that_drips_is_ended(bare: BareBench) -> None:
    async with served(bare) as service:
        reader, writer = await service.connect()
        writer.write(HEAD)

        await drip(reader, writer, b"x")

        await poll_until(service.connections, lambda number: number == 0, "the connection to end")


async def test_a_body_that_nobody_reads_ends_with_its_connection(bare: BareBench) -> None:
    async with served(bare) as service:
        reader, writer = await service.connect()
        writer.write(HEAD.replace(b"/bytes", b"/unread"))

        await drip(reader, writer, b"x")

        await poll_until(service.connections, lambda number: number == 0, "the connection to end")


async def test_a_body_that_is_slow_but_comes_is_read(bare: BareBench) -> None:
    async with served(bare, http_read_seconds_max=0.6) as service:
        reader, writer = await service.connect()
        writer.write(HEAD.replace(b"100000", b"80000"))

        await send_in_pieces(writer, [b"x" * 4_000] * 20)

        assert (await answer_from(reader)).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_request_whose_body_comes_while_the_one_before_it_is_answered_is_served(
    bare: BareBench,
) -> None:
    async with served(bare, http_read_seconds_max=0.6) as service:
        reader, writer = await service.connect()
        writer.write(GET.replace(b"/large", b"/health/live") + HEAD.replace(b"100000", b"80000"))
        await answer_from(reader)

        await send_in_pieces(writer, [b"x" * 4_000] * 20)

        assert (await answer_from(reader))[-5:] == b"80000"


async def test_an_answer_that_is_not_read_is_broken_off(bare: BareBench) -> None:
    async with served(bare, http_read_seconds_max=1) as service:
        _reader, writer = await service.connect()
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # the client's own socket

        writer.write(GET)
        await poll_until(service.connections, lambda open_: open_ == 1, "the connection")

        await poll_until(service.connections, lambda open_: open_ == 0, "the connection to end")


async def test_no_connection_outlives_an_answer_that_is_not_read(bare: BareBench) -> None:
    async with served(bare) as service:
        # one buffer's worth is 64 KiB: in steps of half of it, some of these leave less than that to be sent
        requests = [get_large_of(size) for size in range(32_000, 1_600_000, 32_000)]
        for request in requests:
            await service.ask(request)
        await poll_until(service.answered, lambda number: number == len(requests), "all to be answered")

        await poll_until(service.connections, lambda number: number == 0, "the connections to end")


async def test_an_answer_that_is_read_slowly_but_steadily_is_not_broken_off(bare: BareBench) -> None:
    async with served(bare, http_read_seconds_max=1) as service:
        client = await service.ask(get_large_of(4_000_000))

        assert await bytes_read_by(client, piece=100_000) > 4_000_000


async def test_an_answer_that_is_read_byte_by_byte_is_broken_off(bare: BareBench) -> None:
    async with served(bare) as service:
        client = await service.ask(get_large_of(4_000_000))
        await poll_until(service.answered, lambda number: number == 1, "the answer")

        async def read_and_look() -> int:
            await asyncio.get_running_loop().sock_recv(client, 1)
            return await service.connections()

        await poll_until(read_and_look, lambda open_: open_ == 0, "the connection to end")


async def test_more_connections_than_allowed_are_refused_until_one_ends(bare: BareBench) -> None:
    async with served(bare, http_connections_max=1, http_read_seconds_max=30) as service:
        _first, first_writer = await service.connect()
        await poll_until(service.connections, lambda open_: open_ == 1, "the first connection")
        second, second_writer = await service.connect()

        assert await problem_at_the_end(second) == (503, "application/problem+json", "too-many-connections")

        first_writer.close()
        second_writer.close()
        await poll_until(service.connections, lambda open_: open_ == 0, "both connections to end")
        third, third_writer = await service.connect()
        third_writer.write(b"GET /quarantine HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert (await third.read()).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /health/live", 200),
        (b"HEAD /health/live", 200),
        (b"GET /health/ready?why", 200),
        (b"GET /metrics", 200),
        (b"GET /quarantine", 503),
        (b"POST /bytes", 503),
        (b"GET /health/live/x", 503),
    ],
)
async def test_a_full_service_still_answers_its_probes_and_nothing_else(
    bare: BareBench, line: bytes, status: int
) -> None:
    async with served(bare, http_connections_max=1, http_read_seconds_max=30) as service:
        await service.connect()
        await poll_until(service.connections, lambda open_: open_ == 1, "the first connection")
        reader, writer = await service.connect()

        writer.write(line + b" HTTP/1.1\r\nHost: here\r\n\r\n")

        async with asyncio.timeout(30):
            answer = await reader.read()
        assert int(answer[9:12]) == status
        assert (b"too-many-connections" in answer) == (status == 503)
        assert answer.count(b"HTTP/1.1 ") == 1
        await poll_until(service.connections, lambda open_: open_ == 1, "the connection of the probe to end")


async def test_a_service_whose_spare_connections_are_taken_refuses_at_once(
    bare: BareBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_clients, "SPARE_CONNECTIONS_MAX", 1)
    monkeypatch.setattr(slow_clients, "SPARE_SECONDS_MAX", 60)
    async with served(bare, http_connections_max=1, http_read_seconds_max=60) as service:
        for already_open in range(2):
            await service.connect()
            await poll_until(service.connections, lambda open_, n=already_open: open_ > n, "a connection")  # type: ignore[misc]
        reader, _writer = await service.connect()

        assert await problem_at_the_end(reader) == (503, "application/problem+json", "too-many-connections")


@pytest.mark.parametrize("sent", [b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00", b"GET /\xff HTTP/9.9\r\n\r\n"])
async def test_what_is_not_http_is_answered_with_a_problem(bare: BareBench, sent: bytes) -> None:
    async with served(bare) as service:
        reader, writer = await service.connect()

        writer.write(sent)

        assert await problem_at_the_end(reader) == (400, "application/problem+json", "not-http")
