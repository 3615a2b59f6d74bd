"""The console's output while the stack starts, crashes and stops."""

from __future__ import annotations

import io

import pytest

from alongside_localstack.console import Console
from alongside_localstack.supervisor.processes import Event, OutputLine, State, StateChange


@pytest.mark.parametrize(
    ("event", "printed"),
    [
        (StateChange("kafka", State.READY, "after 1.1 s"), "kafka                 | is ready after 1.1 s\n"),
        (
            StateChange("intake", State.FAILED, "ended with exit code 1"),
            "intake                | FAILED: ended with exit code 1\n",
        ),
        (StateChange("intake", State.STARTING, "pid 7"), ""),
        (OutputLine("intake", "hello"), "intake                | hello\n"),
    ],
)
def test_only_what_matters_is_printed(event: Event, printed: str) -> None:
    out = io.StringIO()

    Console(out)(event)

    assert out.getvalue() == printed


def test_each_name_has_a_different_colour_on_a_terminal() -> None:
    out = io.StringIO()
    console = Console(out, colour=True)

    for name in ("kafka", "intake", "kafka"):
        console(OutputLine(name, "x"))

    first, second, third = out.getvalue().splitlines()
    assert first == third
    assert first[:5] != second[:5]
