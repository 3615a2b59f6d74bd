"""Turns uvloop's error for a connection that breaks during a write into the one aiokafka handles.

aiokafka expects OSError there, which asyncio raises. uvloop, our event loop, raises RuntimeError ("the handler is closed"),
which aiokafka does not handle: its background tasks end, and a consumer polls in silence for ever (seen when a connection
was reset in the middle of the log-in).
"""

from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

_WRITING = ("send", "_send_sasl_token")


def install() -> None:
    """Install the correction for every connection of this process; a second call changes nothing."""
    for name in _WRITING:
        method = getattr(AIOKafkaConnection, name)
        if not hasattr(method, "__wrapped__"):
            setattr(AIOKafkaConnection, name, _translating_errors(method))


def _translating_errors(write: Any) -> Any:
    @wraps(write)
    def translated(connection: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return write(connection, *args, **kwargs)
        except RuntimeError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"the connection broke: {error}") from error

    return translated
