"""Limits the number of stored spans: deletes the oldest in the background."""

import asyncio

import structlog

from alongside_localstack.traces.errors import StoreUnavailable
from alongside_localstack.traces.store import SpanStore

log = structlog.get_logger()


class Retention:
    """Deletes old spans at start and after every tenth of `spans_max` new spans: the store may exceed it by 10 %."""

    def __init__(self, store: SpanStore, *, spans_max: int) -> None:
        self._store = store
        self._spans_max = spans_max
        self._new_since_clearing = 0
        self._due = asyncio.Event()
        self._due.set()
        self.is_running = True

    def count_added(self, added: int) -> None:
        """Count newly added spans; wake the deletion when it is due."""
        self._new_since_clearing += added
        if self._new_since_clearing * 10 >= self._spans_max:
            self._due.set()

    async def run(self) -> None:
        """Delete whenever it is due, until cancelled; if the database fails, retry with the next spans."""
        try:
            while True:
                await self._due.wait()
                self._due.clear()
                await self._clear()
        finally:
            self.is_running = False

    async def _clear(self) -> None:
        counted = self._new_since_clearing
        try:
            deleted = await self._store.delete_oldest(spans_max=self._spans_max)
        except StoreUnavailable as error:
            log.warning("span_receiver.clearing_postponed", reason=str(error))
            return
        self._new_since_clearing -= counted
        if deleted:
            log.info("span_receiver.oldest_forgotten", spans=deleted, spans_max=self._spans_max)
