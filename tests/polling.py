"""Polls until a condition holds, or reports what it waited for and the last value it saw."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
SECONDS_MAX = 30.0


async def poll_until(look: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], what: str) -> T:
    """Poll until the value is `wanted`; return it. Raises AssertionError with the last value at the deadline."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        seen = await look()
        if wanted(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {SECONDS_MAX:.0f} s for {what}; last seen: {seen!r}")
        await asyncio.sleep(0.05)
