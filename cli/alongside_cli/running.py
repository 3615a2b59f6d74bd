"""How a command reaches the network that runs on this machine, and says what is in its way."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console

from alongside_cli.network import Network, Refused, network
from alongside_cli.stack import control
from alongside_cli.stack.control import StackStatus
from alongside_cli.stack.errors import NotRunning, StackError
from alongside_cli.stack.settings import StackSettings
from alongside_cli.stack.state import StateFolder


def with_network(console: Console, work: Callable[[Network], Coroutine[Any, Any, int]]) -> int:
    """Run `work` against the running network; the exit code it returns."""

    async def inside() -> int:
        token = StateFolder(StackSettings().state).password("service-token")
        async with network(running().addresses, service_token=token) as doors:
            return await work(doors)

    with told(console):
        try:
            return asyncio.run(inside())
        except Refused as refused:
            console.print(f"refused: {refused}", style="red", markup=False)
            return 1


def running() -> StackStatus:
    """What runs here, and where. Raises NotRunning."""
    found = control.status(StateFolder(StackSettings().state))
    if not found.running:
        raise NotRunning("No network is running here.", remedy="start one with `make up`.")
    return found


@contextmanager
def told(console: Console) -> Iterator[None]:
    """Say what went wrong and what to do about it, without a traceback."""
    try:
        yield
    except StackError as error:
        console.print(str(error), style="red", markup=False)
        sys.exit(1)
