"""What a service does once, before it hears anything: nothing is consumed and no timer fires until it is done."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from alongside_chassis.cancelling import asked_to_end
from alongside_chassis.lifecycle.runtime import Runtime

PAUSE_SECONDS: Final = 1.0


class Preparation(Protocol):
    """Work done at the start; it may be done again from the beginning. `unready_because` says how far it is."""

    unready_because: str | None

    async def __call__(self, runtime: Runtime) -> None:
        """Do it."""


class NothingToPrepare:
    """A service that can hear at once."""

    unready_because: str | None = None

    async def __call__(self, runtime: Runtime) -> None:
        """Nothing."""


async def prepare(preparation: Preparation, runtime: Runtime, prepared: asyncio.Event) -> None:
    """Prepare, again whenever it fails, and tell when it is done."""
    while not prepared.is_set():
        try:
            await preparation(runtime)
            prepared.set()
        except (Exception, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            runtime.log.error("worker-failed", worker="preparation", exc=error)
            await asyncio.sleep(PAUSE_SECONDS)


async def after(prepared: asyncio.Event, run: Callable[[], Awaitable[None]]) -> None:
    """Run something once all is prepared."""
    await prepared.wait()
    await run()
