"""A connection that breaks during aiokafka's write raises the same error on every event loop."""

import asyncio
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError

from alongside_chassis.kafka import broken_connections


class Closed:
    """A stream's writer as uvloop leaves it when the other side has reset the connection."""

    closed = False

    def write(self, _data: bytes) -> None:
        """Refuse."""
        raise RuntimeError("unable to perform operation on <TCPTransport closed=True>; the handler is closed")

    def close(self) -> None:
        """Close it."""
        self.closed = True


async def test_a_write_to_a_closed_connection_is_a_connection_error_on_uvloop_too() -> None:
    broken_connections.install()
    broken_connections.install()
    writer: Any = Closed()
    connection = AIOKafkaConnection("127.0.0.1", 9092)
    connection._reader, connection._writer = object(), writer
    connection._read_task = asyncio.get_running_loop().create_future()

    with pytest.raises(KafkaConnectionError, match="the handler is closed"):
        connection._send_sasl_token(b"n,,n=intake")

    assert writer.closed
