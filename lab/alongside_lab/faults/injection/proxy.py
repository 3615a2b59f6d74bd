"""A TCP proxy on loopback that delays, blocks, resets or refuses connections.

It is between services and PostgreSQL or Kafka (see `kafka/proxy_ports.py`). Like TCP it delivers late or not at all, but
never out of order.
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
"""The number of chunks that one direction of a connection may buffer before its sender has to wait."""
_NO_LINGER: Final = struct.pack("ii", 1, 0)
_END: Final = b""
_Chunk = tuple[float, bytes]


class FaultProxy:
    """A proxy for one server. `latency_seconds` is added in each direction and can be changed at any time."""

    def __init__(self, listen_port: int, target_port: int) -> None:
        self.listen_port, self.target_port = listen_port, target_port
        self.latency_seconds = 0.0
        self.forward_eof = True
        """If False, the end of a stream is not forwarded: its last data arrives, its close never does."""
        self.eofs_dropped = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open: set[_Connection] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["FaultProxy"]:
        """Serve for as long as the block lasts."""
        server = await asyncio.start_server(self._serve, LOOPBACK, self.listen_port, limit=CHUNK_BYTES)
        try:
            yield self
        finally:
            self.resume()
            server.close()
            self.reset_all()
            await asyncio.sleep(0)

    def reset_all(self) -> int:
        """Reset every open connection with RST, on both sides; return their number."""
        connections = list(self._open)
        for connection in connections:
            connection.reset()
        return len(connections)

    def black_hole(self) -> None:
        """Forward no data until `resume`; connections stay open, and new ones are accepted."""
        self._flowing.clear()

    def resume(self) -> None:
        """Forward data again, beginning with the buffered data."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            backend_reader, backend_writer = await asyncio.open_connection(
                LOOPBACK, self.target_port, limit=CHUNK_BYTES
            )
        except OSError:
            _reset(writer)
            return
        directions = (
            asyncio.create_task(self._forward(reader, backend_writer)),
            asyncio.create_task(self._forward(backend_reader, writer)),
        )
        connection = _Connection((writer, backend_writer), directions)
        self._open.add(connection)
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_EXCEPTION)
            if any(
                direction.cancelled() or direction.exception() for direction in directions if direction.done()
            ):
                connection.reset()
        finally:
            self._open.discard(connection)
            connection.close()
            await asyncio.gather(*directions, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one direction: data is written `latency_seconds` after it was read, in order, then its end."""
        chunks: asyncio.Queue[_Chunk] = asyncio.Queue(WAITING_CHUNKS_MAX)
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write(chunks, writer))
            while chunk := await reader.read(CHUNK_BYTES):
                await chunks.put((loop.time(), chunk))
            await chunks.put((loop.time(), _END))

    async def _write(self, chunks: asyncio.Queue[_Chunk], writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while True:
            read_at, chunk = await chunks.get()
            if (pause := read_at + self.latency_seconds - loop.time()) > 0:
                await asyncio.sleep(pause)
            await self._flowing.wait()
            if chunk == _END:
                break
            writer.write(chunk)
            await writer.drain()
        if not self.forward_eof:
            self.eofs_dropped += 1
        elif writer.can_write_eof():
            writer.write_eof()


@dataclass(frozen=True, eq=False)
class _Connection:
    """A proxied connection: two sockets and two directions."""

    sides: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    directions: tuple[asyncio.Task[None], asyncio.Task[None]]

    def reset(self) -> None:
        """Close both sides with RST instead of FIN, and forward nothing more."""
        for side in self.sides:
            _reset(side)
        self._stop()

    def close(self) -> None:
        """Close both sides with FIN."""
        for side in self.sides:
            side.close()
        self._stop()

    def _stop(self) -> None:
        for direction in self.directions:
            direction.cancel()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    with suppress(OSError, AttributeError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
