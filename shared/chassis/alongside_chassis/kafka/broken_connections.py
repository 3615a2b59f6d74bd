"""Makes a connection that breaks while aiokafka writes to it look broken, and nothing worse.

aiokafka expects OSError there, which asyncio raises. uvloop, whose loop we run on, says RuntimeError ("the handler is
closed"): nobody in aiokafka expects that, its background tasks end, and a consumer polls in silence for ever (seen when a
connection was reset in the middle of logging in).
"""

from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

_WRITING = ("send", "_send_sasl_token")


def install() -> None:
    """For every connection of this process; doing it again changes nothing."""
    for name in _WRITING:
        method = getattr(AIOKafkaConnection, name)
        if not hasattr(method, "__wrapped__"):
            setattr(AIOKafkaConnection, name, _expecting(method))


def _expecting(write: Any) -> Any:
    @wraps(write)
    def written(connection: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return write(connection, *args, **kwargs)
        except RuntimeError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"the connection broke: {error}") from error

    return written
