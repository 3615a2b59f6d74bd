"""Tells a cancellation of ours from one that a library or a handler let slip, which must not end a loop in silence."""

import asyncio


def asked_to_end() -> bool:
    """Whether somebody cancelled the task we are in; a CancelledError for any other reason is a failure like others."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
