"""Ends clients that send a request or read its answer too slowly, so that nobody can occupy a service by being slow.

The head of a request has `read_seconds_max`. A body has that long too, and one second more for each kibibyte that came: a large
upload on a slow line goes on, one byte a minute does not. An answer may take as long as it needs while its client reads it at
that rate; it is broken off when the client does not.
"""

import asyncio
import sys
import termios
from asyncio import TimerHandle, Transport
from collections.abc import Callable
from dataclasses import dataclass
from fcntl import ioctl
from typing import Any, Final, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http.middleware import QUIET_PATHS
from alongside_chassis.http.problems import RefusedWhileReading, problem_response

BODY_BYTES_PER_SECOND_MIN: Final = 1024
RETRY_SECONDS: Final = 5
SPARE_CONNECTIONS_MAX: Final = 50
"""Connections beyond the most there may be, on which only probes are served: a full service is healthy, and a restart is no help."""
SPARE_SECONDS_MAX: Final = 1.0
"""How long a spare connection waits for the head of its request; a probe sends it at once."""


class BodyDeadline:
    """Answers 408 when a body does not arrive in time, from the moment on which somebody reads it."""

    def __init__(self, app: ASGIApp, read_seconds_max: float) -> None:
        self.app, self.read_seconds_max = app, read_seconds_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a deadline for each next piece of its body."""
        if scope["type"] == "http":
            receive = _TimedBody(receive, self.read_seconds_max).receive
        await self.app(scope, receive, send)


class _TimedBody:
    """The body of one request."""

    def __init__(self, receive: Receive, read_seconds_max: float) -> None:
        self._receive, self._seconds = receive, read_seconds_max
        self._began: float | None = None
        self._bytes, self._is_whole = 0, False

    async def receive(self) -> Message:
        """Return the next piece. Raises RefusedWhileReading (408)."""
        if self._is_whole:
            return await self._receive()  # waits for the client to go away, for however long
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        deadline = self._began + self._seconds + self._bytes / BODY_BYTES_PER_SECOND_MIN
        try:
            async with asyncio.timeout_at(deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise RefusedWhileReading(_too_slow("body")) from error
        self._bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        return message


@dataclass(frozen=True)
class ConnectionLimits:
    """How long a connection may take to send a head or to read an answer, and how many connections there may be."""

    read_seconds_max: float
    connections_max: int


class BoundedConnection(HttpToolsProtocol):
    """One connection of uvicorn's, ended when its client is too slow, and refused when there are too many."""

    def __init__(self, limits: ConnectionLimits, **options: Any) -> None:
        super().__init__(**options)
        self._connections_max, self._is_spare = limits.connections_max, False
        self._read_seconds_max = limits.read_seconds_max
        self._arriving = _Deadline(self.loop, limits.read_seconds_max)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request; for a short time, or not at all, when there are too many connections."""
        self._leaving = _WatchedTransport(cast("Transport", transport), self.loop, self._read_seconds_max)
        super().connection_made(cast("Transport", self._leaving))
        over = len(self.connections) - self._connections_max
        self._is_spare = over > 0
        if over > SPARE_CONNECTIONS_MAX:
            self._refuse(_too_many())
        elif self._is_spare:
            self._arriving = _Deadline(self.loop, min(SPARE_SECONDS_MAX, self._read_seconds_max))
            self._arriving.start(lambda: self._refuse(_too_many()))
        else:
            self._arriving.start(self._refuse_slow_head)

    def data_received(self, data: bytes) -> None:
        """Give a head that has begun as long as the first, also when it begins with empty lines."""
        super().data_received(data)
        is_answered = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # None at first
        if is_answered and self.timeout_keep_alive_task is None:
            self._arriving.start(self._refuse_slow_head)

    def on_headers_complete(self) -> None:
        """The head has come; from now on `BodyDeadline` waits. A spare connection serves one request, of a probe."""
        self._arriving.cancel()
        if self._is_spare and self.url.partition(b"?")[0].decode("latin-1") not in QUIET_PATHS:
            self.app = cast("Any", problem_response(_too_many()))
        super().on_headers_complete()
        if self._is_spare:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Wait for the rest of a body that nobody read, but not for long."""
        super().on_response_complete()
        # `cycle` is the newest request: the one answered may be an earlier one, and this one's body on its way to its reader
        if self.cycle.response_complete and self.cycle.more_body:
            self._arriving.start(self.transport.close)

    def on_message_complete(self) -> None:
        """The whole body has come."""
        self._arriving.cancel()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self._arriving.cancel()
        self._leaving.stop_watching()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  (uvicorn's words)
        """Refuse what is not HTTP."""
        self._refuse(_not_http())

    def _refuse_slow_head(self) -> None:
        self._refuse(_too_slow("head"))

    def _refuse(self, problem: HttpProblem) -> None:
        response = problem_response(problem)
        headers = [*self.server_state.default_headers, *response.raw_headers, CLOSE_HEADER]
        lines = [b"%b: %b\r\n" % header for header in headers]
        self.transport.write(b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", bytes(response.body)]))
        self.transport.close()


class _WatchedTransport:
    """The transport of a connection, which breaks it off when its client does not read what was written.

    It watches from the write on, and not from a close or a full buffer: many a close is not ours, and the last bytes fill nothing.
    """

    def __init__(self, transport: Transport, loop: asyncio.AbstractEventLoop, seconds_max: float) -> None:
        self._transport, self._watch = transport, _Deadline(loop, seconds_max)
        self._bytes_min = int(seconds_max * BODY_BYTES_PER_SECOND_MIN)
        self._written = self._due = 0

    def __getattr__(self, name: str) -> Any:
        """Return what is not watched, such as `close`, from the transport itself."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send the bytes, and expect that they are read."""
        self._transport.write(data)
        self._written += len(data)
        if not self._watch.is_running and not self._transport.is_closing():
            self._expect()

    def stop_watching(self) -> None:
        """Expect nothing more: the connection has ended."""
        self._watch.cancel()

    def _expect(self) -> None:
        self._due = min(self._written, self._received() + self._bytes_min)
        self._watch.start(self._check)

    def _check(self) -> None:
        if not self._transport.get_write_buffer_size():
            return  # the next write is watched again
        if self._received() < self._due:
            self._transport.abort()
        else:
            self._expect()

    def _received(self) -> int:
        """Return how many bytes the client's side has acknowledged.

        The kernel takes hundreds of kilobytes at once, and the next only when it is rid of many: a slow line would look like none.
        A kernel that does not say how much waits in it (only Linux does) counts as having none.
        """
        socket = self._transport.get_extra_info("socket")
        try:
            waiting = int.from_bytes(ioctl(socket.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)
        except OSError:
            waiting = 0
        return self._written - self._transport.get_write_buffer_size() - waiting


class _Deadline:
    """Acts once when the time is over, unless it is cancelled before."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop, self._seconds = loop, seconds
        self._timer: TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether it will act."""
        return self._timer is not None

    def start(self, act: Callable[[], None]) -> None:
        """Start, unless it is running."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._act, act)

    def cancel(self) -> None:
        """Do not act; it can be started again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _act(self, act: Callable[[], None]) -> None:
        self._timer = None
        act()


def _too_slow(part: str) -> HttpProblem:
    return HttpProblem(
        status=408,
        code="too-slow",
        title=f"The {part} of the request did not arrive in time",
        remedy=f"Send the whole request at once, on a line of at least {BODY_BYTES_PER_SECOND_MIN} bytes a second.",
        field=part,
    )


def _too_many() -> HttpProblem:
    return HttpProblem(
        status=503,
        code="too-many-connections",
        title="This service has as many connections as it may",
        remedy="Try again in a moment, and keep connections open for several requests.",
        retry_after_seconds=RETRY_SECONDS,
    )


def _not_http() -> HttpProblem:
    return HttpProblem(
        status=400,
        code="not-http",
        title="This is not a request in HTTP/1.1",
        remedy="Send a request line, headers and a body as RFC 9112 says; use a library.",
    )
