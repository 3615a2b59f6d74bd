"""The proxy delays, blocks and resets connections, and never reorders data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from alongside_lab.faults.injection.proxy import FaultProxy
from alongside_localstack.ports import LOOPBACK, free_ports

CHUNK = 200_000
SECONDS_MAX = 10.0


@asynccontextmanager
async def proxied_echo() -> AsyncIterator[FaultProxy]:
    """A proxy in front of an echo server."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    listen_port, backend_port = free_ports(2)
    server = await asyncio.start_server(echo, LOOPBACK, backend_port)
    async with FaultProxy(listen_port, backend_port).listening() as proxy:
        yield proxy
    server.close()


async def ask(proxy: FaultProxy, question: bytes) -> bytes:
    """Send a question over a new connection and return the whole answer."""
    async with asyncio.timeout(SECONDS_MAX):
        reader, writer = await asyncio.open_connection(LOOPBACK, proxy.listen_port)
        writer.write(question)
        writer.write_eof()
        answer = await reader.read(-1)
        writer.close()
        return answer


async def test_data_is_forwarded_completely_and_in_order() -> None:
    question = bytes(range(256)) * (CHUNK // 256)
    async with proxied_echo() as proxy:
        assert await ask(proxy, question) == question


async def test_latency_delays_both_directions_and_loses_nothing() -> None:
    question = b"x" * CHUNK
    async with proxied_echo() as proxy:
        proxy.latency_seconds = 0.1
        began = monotonic()

        assert await ask(proxy, question) == question
        assert monotonic() - began >= 0.2


async def test_a_black_hole_says_nothing_and_then_everything() -> None:
    async with proxied_echo() as proxy:
        proxy.black_hole()
        asking = asyncio.create_task(ask(proxy, b"is anybody there?"))
        done, _ = await asyncio.wait({asking}, timeout=0.2)
        assert not done

        proxy.resume()
        assert await asking == b"is anybody there?"


async def test_a_reset_is_seen_as_one_and_new_connections_are_served() -> None:
    async with proxied_echo() as proxy:
        reader, writer = await asyncio.open_connection(LOOPBACK, proxy.listen_port)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"

        assert proxy.reset_all() == 1
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        assert await ask(proxy, b"again") == b"again"


async def test_a_stopped_server_resets_its_callers() -> None:
    listen_port, nobody = free_ports(2)
    async with FaultProxy(listen_port, nobody).listening() as proxy:
        with pytest.raises(ConnectionResetError):
            await ask(proxy, b"hello")
