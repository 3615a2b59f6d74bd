"""The error policy of the platform, as one table: what the pipeline does about each kind of error.

An error caused by the message: refuse that record. By a race: retry after a short pause. By the environment: wait. By our
code: stop, so that a person notices. After any other error the record is tried a few times more and then refused, so that
one record never blocks the next.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

import asyncpg
from aiokafka.errors import KafkaError
from asyncpg.exceptions._base import DataError as InvalidArgument

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.errors import Stopped, Stopping, Unprocessable
from alongside_contracts.errors import MalformedEvent


class Verdict(StrEnum):
    """The pipeline's reaction to a failed record or batch."""

    REFUSE = "refuse"
    RETRY = "retry"
    WAIT = "wait"
    STOP = "stop"


POLICY: Final[tuple[tuple[type[BaseException], Verdict], ...]] = (
    (MalformedEvent, Verdict.REFUSE),
    (Unprocessable, Verdict.REFUSE),
    (Stopped, Verdict.STOP),
    (Stopping, Verdict.STOP),
    (InvalidArgument, Verdict.REFUSE),  # a subclass of InterfaceError, so it comes first
    (asyncpg.DataError, Verdict.REFUSE),
    (asyncpg.CheckViolationError, Verdict.REFUSE),  # UNIQUE and foreign keys may be a race: a few attempts
    (asyncpg.NotNullViolationError, Verdict.REFUSE),
    (asyncpg.SerializationError, Verdict.RETRY),
    (asyncpg.DeadlockDetectedError, Verdict.RETRY),
    (asyncpg.LockNotAvailableError, Verdict.RETRY),
    (asyncpg.InvalidCachedStatementError, Verdict.RETRY),  # a table was altered under a prepared statement
    (asyncpg.SyntaxOrAccessError, Verdict.STOP),  # code and schema disagree
    (asyncpg.PostgresConnectionError, Verdict.WAIT),
    (asyncpg.InvalidAuthorizationSpecificationError, Verdict.WAIT),
    (asyncpg.InsufficientResourcesError, Verdict.WAIT),  # disk full, too many connections
    (asyncpg.OperatorInterventionError, Verdict.WAIT),  # shutdown, crash recovery
    (asyncpg.InterfaceError, Verdict.WAIT),  # the connection was lost
    (
        asyncpg.InternalClientError,
        Verdict.WAIT,
    ),  # it was lost in the middle of a message (seen under kill -9)
    (KafkaError, Verdict.WAIT),
    (OSError, Verdict.WAIT),
    (TimeoutError, Verdict.WAIT),
)


def verdict_on(error: BaseException) -> Verdict | None:
    """Return the verdict of the first rule that matches; None for an unforeseen error."""
    return next((verdict for kind, verdict in POLICY if isinstance(error, kind)), None)


async def try_in_savepoint(tx: Tx, work: Callable[[], Awaitable[None]]) -> Exception | None:
    """Do `work` in a savepoint, so that its failure undoes nothing else; return the error that undid it, if any.

    Raises an error after which the whole batch waits, is tried again or stops.
    """
    await tx.flush()  # earlier announcements of handlers are outside the savepoint
    savepoint = tx.savepoint()
    try:
        async with tx.conn.transaction():
            await work()
            await tx.flush()
    except Exception as error:  # the verdict decides; any other failure is the caller's to report
        if verdict_on(error) in (Verdict.WAIT, Verdict.RETRY, Verdict.STOP):
            raise
        tx.rollback_to(savepoint)
        return error
    return None
