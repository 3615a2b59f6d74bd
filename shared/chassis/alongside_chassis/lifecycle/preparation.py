"""Work a service does once at its start: nothing is consumed and no timer fires until it is done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.lifecycle.runtime import Runtime

PAUSE_SECONDS: Final = 1.0


class Preparation(Protocol):
    """Work done at the start; it may be repeated from the beginning. `unready_because` reports its progress."""

    unready_because: str | None

    async def __call__(self, runtime: Runtime) -> None:
        """Do the work."""


class NothingToPrepare:
    """The preparation of a service that can consume at once."""

    unready_because: str | None = None

    async def __call__(self, runtime: Runtime) -> None:
        """Do nothing."""


async def prepare(preparation: Preparation, runtime: Runtime, prepared: asyncio.Event) -> None:
    """Run the preparation, again whenever it fails, then set `prepared`."""
    while not prepared.is_set():
        try:
            await preparation(runtime)
            prepared.set()
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            runtime.log.error("worker-failed", worker="preparation", exc=error)
            await asyncio.sleep(PAUSE_SECONDS)


async def run_after(prepared: asyncio.Event, run: Callable[[], Awaitable[None]]) -> None:
    """Wait for `prepared`, then run."""
    await prepared.wait()
    await run()
