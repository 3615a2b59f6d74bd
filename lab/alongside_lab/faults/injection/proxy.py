"""A bad network on purpose: a TCP proxy on loopback that delays, holds back, resets or turns away connections.

It stands between services and PostgreSQL or Kafka (see `stack.detour`). TCP delivers late or not at all, but never out
of order: neither does this.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from alongside_localstack.ports import LOOPBACK

CHUNK_BYTES: Final = 256 * 1024
WAITING_CHUNKS_MAX: Final = 64
"""How much one direction of one connection may hold back before its sender has to wait."""
_NO_LINGER: Final = struct.pack("ii", 1, 0)
_END: Final = b""
_Chunk = tuple[float, bytes]


class FaultProxy:
    """One door in front of one server. `latency_seconds` is added in each direction; change it at any time."""

    def __init__(self, listen_port: int, target_port: int) -> None:
        self.listen_port, self.target_port = listen_port, target_port
        self.latency_seconds = 0.0
        self.ends_arrive = True
        """Set to False, a side that closes is not seen to: its last words arrive, its end never does."""
        self.ends_kept_back = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open: set[_Pair] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["FaultProxy"]:
        """Serve for as long as the block lasts."""
        server = await asyncio.start_server(self._serve, LOOPBACK, self.listen_port, limit=CHUNK_BYTES)
        try:
            yield self
        finally:
            self.flow()
            server.close()
            self.reset_all()
            await asyncio.sleep(0)

    def reset_all(self) -> int:
        """Answer every open connection with RST, on both sides; returns how many there were."""
        pairs = list(self._open)
        for pair in pairs:
            pair.reset()
        return len(pairs)

    def hold_back(self) -> None:
        """A black hole: connections stay open, are even accepted, and nothing arrives until `flow`."""
        self._flowing.clear()

    def flow(self) -> None:
        """Let what was held back arrive."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind_reader, behind_writer = await asyncio.open_connection(
                LOOPBACK, self.target_port, limit=CHUNK_BYTES
            )
        except OSError:
            _reset(writer)
            return
        ways = (
            asyncio.create_task(self._carry(reader, behind_writer)),
            asyncio.create_task(self._carry(behind_reader, writer)),
        )
        pair = _Pair((writer, behind_writer), ways)
        self._open.add(pair)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
            if any(way.cancelled() or way.exception() for way in ways if way.done()):
                pair.reset()
        finally:
            self._open.discard(pair)
            pair.close()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction: what is read now is written `latency_seconds` later, in order; its end follows it."""
        waiting: asyncio.Queue[_Chunk] = asyncio.Queue(WAITING_CHUNKS_MAX)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._write(waiting, writer))
            while chunk := await reader.read(CHUNK_BYTES):
                await waiting.put((loop.time(), chunk))
            await waiting.put((loop.time(), _END))

    async def _write(self, waiting: asyncio.Queue[_Chunk], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            read_at, chunk = await waiting.get()
            if (pause := read_at + self.latency_seconds - loop.time()) > 0:
                await asyncio.sleep(pause)
            await self._flowing.wait()
            if chunk == _END:
                break
            writer.write(chunk)
            await writer.drain()
        if not self.ends_arrive:
            self.ends_kept_back += 1
        elif writer.can_write_eof():
            writer.write_eof()


@dataclass(frozen=True, eq=False)
class _Pair:
    """A connection from its caller to the server behind: two sockets, two directions."""

    sides: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    ways: tuple[asyncio.Task[None], asyncio.Task[None]]

    def reset(self) -> None:
        """Close both sides with RST instead of FIN, and carry nothing more."""
        for side in self.sides:
            _reset(side)
        self._stop()

    def close(self) -> None:
        """Close both sides in good order."""
        for side in self.sides:
            side.close()
        self._stop()

    def _stop(self) -> None:
        for way in self.ways:
            way.cancel()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    found = writer.get_extra_info("socket")
    with suppress(OSError, AttributeError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
