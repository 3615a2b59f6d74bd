"""Measures how long one step of the event loop occupies it, in processor time: other processes do not count."""

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LIVE_SECONDS_MAX = 0.2
"""How long a request may keep everything else in the service waiting, `GET /health/live` for one."""


@dataclass(slots=True)
class LongestStep:
    """The longest step so far, in seconds of the loop's thread."""

    seconds: float = 0.0


@contextmanager
def longest_step() -> Iterator[LongestStep]:
    """Watch the running event loop. Objects of the tests are left out of garbage collections, as a service does with its own."""
    gc.collect()
    gc.freeze()
    loop, longest, began = asyncio.get_running_loop(), LongestStep(), time.thread_time()
    handle: asyncio.Handle

    def look() -> None:
        nonlocal began, handle
        now = time.thread_time()
        longest.seconds = max(longest.seconds, now - began)
        began = now
        handle = loop.call_soon(look)

    handle = loop.call_soon(look)
    try:
        yield longest
    finally:
        handle.cancel()
        gc.unfreeze()
        longest.seconds = max(longest.seconds, time.thread_time() - began)
