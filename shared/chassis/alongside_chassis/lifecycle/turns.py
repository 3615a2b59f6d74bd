"""Requests that would wait for each other's locks in the database wait here instead, where a wait occupies no connection.

Without it, a few hundred repeats of one request hold every connection and everything else in the service waits with them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from alongside_chassis.errors import LineIsFull

WAITING_MAX: Final = 300
"""How many requests may wait for one thing. A command takes about ten milliseconds: the last of them waits for three seconds."""
RETRY_SECONDS: Final = 2


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    requests: int = 0


@dataclass(slots=True)
class Turns:
    """Gives one request at a time its turn with each thing it names; the others wait in line, in order of arrival."""

    waiting_max: int = WAITING_MAX
    _lines: dict[str, _Line] = field(default_factory=dict)

    @asynccontextmanager
    async def with_all(self, things: Iterable[str], *, refusable: bool = True) -> AsyncIterator[None]:
        """Wait for the turn with every one of `things`, in one fixed order, so that no two requests wait for each other.

        Raises LineIsFull when a line is, unless the request is not `refusable`.
        """
        async with AsyncExitStack() as turns:
            for thing in sorted(set(things)):
                await turns.enter_async_context(self._turn(thing, refusable))
            yield

    @asynccontextmanager
    async def _turn(self, thing: str, refusable: bool) -> AsyncIterator[None]:
        line = self._lines.setdefault(thing, _Line())
        if refusable and line.requests > self.waiting_max:
            raise LineIsFull(retry_after_seconds=RETRY_SECONDS)
        line.requests += 1
        try:
            async with line.lock:
                yield
        finally:
            line.requests -= 1
            if not line.requests:
                del self._lines[thing]
