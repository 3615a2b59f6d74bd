"""Prints the stack on a terminal: one line per state change, and process output after a coloured name."""

from __future__ import annotations

from typing import TextIO

from alongside_localstack.supervisor.processes import Event, OutputLine, State, StateChange

_COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94)
_STATE_LABELS = {
    State.STARTING: "starts",
    State.READY: "is ready",
    State.DONE: "done",
    State.RESTARTING: "crashed:",
    State.STOPPING: "stops",
    State.STOPPED: "stopped",
    State.FAILED: "FAILED:",
}
_NOT_PRINTED = {State.WAITING, State.STARTING, State.STOPPING}
_WIDTH = 22


class Console:
    """A listener for `Supervisor.subscribe`, which decides whether it gets process output."""

    def __init__(self, out: TextIO, *, colour: bool | None = None) -> None:
        self._out = out
        self._colour = out.isatty() if colour is None else colour
        self._numbers: dict[str, int] = {}

    def __call__(self, event: Event) -> None:
        """Print the event, unless its state is in _NOT_PRINTED."""
        match event:
            case OutputLine(name, text):
                self._print(name, text)
            case StateChange(name, state, detail) if state not in _NOT_PRINTED:
                self._print(name, f"{_STATE_LABELS[state]} {detail}".rstrip())
            case StateChange():
                pass

    def print_message(self, text: str) -> None:
        """Print a message of the stack itself."""
        self._print("stack", text)

    def _print(self, name: str, text: str) -> None:
        number = self._numbers.setdefault(name, len(self._numbers))
        prefix = f"{name:<{_WIDTH}}|"
        if self._colour:
            prefix = f"\x1b[{_COLOURS[number % len(_COLOURS)]}m{prefix}\x1b[0m"
        print(prefix, text, file=self._out, flush=True)
