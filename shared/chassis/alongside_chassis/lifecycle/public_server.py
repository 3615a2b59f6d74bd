"""Serves the public routes of a service on a second port of its process, for as long as the service itself is served."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket

from uvicorn import Config, Server


class PublicServer(Server):
    """A second server beside the service's own, which alone takes signals: this one stops when that one does, at the same time."""

    def __init__(self, config: Config, listening: socket, own: Server) -> None:
        super().__init__(config)
        self._listening, self._own = listening, own

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Serve during the block, in the task it gets; its end waits for requests in progress, as long as the configuration says."""
        task = asyncio.create_task(self.serve(sockets=[self._listening]), name="public server")
        try:
            yield [task]
        finally:
            self.should_exit = True
            await task

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop; uvicorn asks ten times a second."""
        return await super().on_tick(counter) or self._own.should_exit

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signals."""
        yield
