"""Reads long bodies beside the event loop: a hostile one takes half a second, and nothing else would be done meanwhile."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

READ_AT_ONCE_BYTES_MAX: Final = 16 * 1024
"""What takes less time to read than handing it to a thread and back is worth."""


async def beside_the_loop(read: Callable[[], T], bytes_read: int) -> T:
    """Return what `read` returns, which reads so many bytes: in a thread when they are many."""
    if bytes_read <= READ_AT_ONCE_BYTES_MAX:
        return read()
    return await asyncio.to_thread(read)
