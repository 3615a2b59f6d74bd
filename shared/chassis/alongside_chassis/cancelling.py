"""Distinguishes our own cancellations from those that escape a library or a handler, which must not end a loop silently."""

import asyncio


def asked_to_end() -> bool:
    """Return whether the current task was cancelled; a CancelledError for any other reason is an ordinary failure."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
