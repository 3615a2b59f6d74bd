"""Runs the infrastructure alone, without services: `python -m alongside_localstack up|status|down|reset`."""

from __future__ import annotations

import asyncio
import sys

from alongside_cli.errors import CommandError
from alongside_localstack import control
from alongside_localstack.console import Console
from alongside_localstack.foreground import run_in_foreground
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack, Plan
from alongside_localstack.state import StateFolder


async def up(settings: StackSettings) -> None:
    """Start PostgreSQL, the broker and the mail sink, and run them until Ctrl-C."""
    console = Console(sys.stdout)
    plan = Plan(services=(), traces=False)
    stack = LocalStack(
        StateFolder(settings.state), settings=settings, plan=plan, report_progress=console.print_message
    )
    stack.subscribe(console)

    async def print_addresses(ready: LocalStack) -> None:
        for name, address in ready.addresses().items():
            console.print_message(f"{name:<10} {address}")

    await run_in_foreground(stack, when_up=print_addresses)


def main() -> int:
    """Run one command; return its exit code."""
    settings = StackSettings()
    state = StateFolder(settings.state)
    try:
        match sys.argv[1:]:
            case ["up"]:
                asyncio.run(up(settings))
            case ["status"]:
                print(control.status(state))
            case ["down"]:
                print(f"stopped pid {control.down(state)}")
            case ["reset"]:
                control.reset(state)
            case _:
                print(__doc__)
                return 2
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
