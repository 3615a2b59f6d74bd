"""Runs a stack in the foreground of a terminal, until Ctrl-C, SIGTERM, or a process that keeps crashing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable

from alongside_localstack.stack import LocalStack

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run_in_foreground(
    stack: LocalStack, *, when_up: Callable[[LocalStack], Awaitable[None]] | None = None
) -> None:
    """Start the stack, run `when_up`, and wait for a signal; the stack is stopped on return.

    The first signal stops everything in order, also during the start; the second one kills. Raises the error of `up` or
    `when_up`, or StartFailed for a process that keeps crashing.
    """
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()

    def interrupt() -> None:
        if interrupted.is_set():
            stack.supervisor.kill_everything()
        interrupted.set()

    for each in _SIGNALS:
        loop.add_signal_handler(each, interrupt)
    try:
        await _run_until(interrupted, _run(stack, when_up))
    finally:
        try:
            await stack.down()
        finally:
            for each in _SIGNALS:
                loop.remove_signal_handler(each)


async def _run(stack: LocalStack, when_up: Callable[[LocalStack], Awaitable[None]] | None) -> None:
    await stack.up()
    failing = asyncio.create_task(stack.wait_for_failure())
    try:
        if when_up is not None:
            await when_up(stack)
        raise await failing
    finally:
        failing.cancel()


async def _run_until(interrupted: asyncio.Event, work: Awaitable[None]) -> None:
    working = asyncio.ensure_future(work)
    waiting = asyncio.create_task(interrupted.wait())
    try:
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        for task in (working, waiting):
            task.cancel()
        await asyncio.gather(working, waiting, return_exceptions=True)
