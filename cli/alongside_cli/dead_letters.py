"""`alongside dead-letters`: list and show dead letters, replay them after the fault is fixed, or drop them."""

import base64
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import typer
from rich.console import Console

from alongside_cli.installation import with_network
from alongside_cli.network import Network, ServiceRefused
from alongside_contracts.services import SERVICES

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Records that a service could not handle.")
console = Console(highlight=False)
error_console = Console(stderr=True, highlight=False)

DeadLetter = Mapping[str, Any]
STILL_WAITING: Final = frozenset({"refused", "unwanted"})
"""Outcomes of a replay after which the dead letter still waits."""
WARNING: Final = "The following data may be personal. Use it only to fix the fault; do not copy it into tickets, mails or logs."


Service = StrEnum("Service", {name.upper(): name for name in SERVICES})  # type: ignore[misc]  # made from the list
"""A service of the network, as an option's choice."""


class StateFilter(StrEnum):
    """Which dead letters to list."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DROPPED = "dropped"
    ALL = "all"


DeadLetterId = Annotated[UUID, typer.Argument(help="The dead letter's id, as `list` prints it.")]
ServiceOption = Annotated[
    Service | None, typer.Option("--service", help="Only dead letters of this service.")
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Only dead letters with this reason code.")
]


@app.command("list")
def list_(
    state: Annotated[
        StateFilter, typer.Option(help="Only dead letters in this state.")
    ] = StateFilter.WAITING,
    service: ServiceOption = None,
    reason: ReasonOption = None,
) -> None:
    """List dead letters and their reasons, oldest first; payloads are not shown."""

    async def work(network: Network) -> int:
        stored_state = None if state is StateFilter.ALL else state.value
        dead_letters = oldest_first(
            await network.dead_letters(service=service, state=stored_state, reason=reason)
        )
        for dead_letter in dead_letters:
            _print(f"{dead_letter['id']}  {dead_letter['state']:<8}  {_summary_line(dead_letter)}")
        if not dead_letters:
            _print(
                "there are no dead letters"
                if state is StateFilter.ALL
                else f"no dead letter is {state.value}"
            )
        return 0

    sys.exit(with_network(console, work))


@app.command("show")
def show(
    dead_letter_id: DeadLetterId,
    payload: Annotated[
        bool, typer.Option("--payload", help="Also print the payload, which may be personal.")
    ] = False,
) -> None:
    """Show one dead letter: its record, reason, remedy and state, and its headers' names and sizes."""

    async def work(network: Network) -> int:
        await show_dead_letter(network, dead_letter_id, payload=payload)
        return 0

    sys.exit(with_network(console, work))


@app.command("replay")
def replay(
    dead_letter_id: Annotated[UUID | None, typer.Argument(help="Replay only this dead letter.")] = None,
    service: ServiceOption = None,
    reason: ReasonOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Replay all waiting dead letters.")] = False,
    go_on: Annotated[bool, typer.Option("--go-on", help="Continue after a failed replay.")] = False,
) -> None:
    """Let services handle records again, oldest first; stop at the first that fails again."""
    by_id = dead_letter_id is not None
    if by_id + bool(service or reason) + everything != 1:
        raise typer.BadParameter(
            "choose the dead letters: give an id, or --service and/or --reason, or --all"
        )

    async def work(network: Network) -> int:
        if dead_letter_id is not None:
            dead_letters = [await network.dead_letter(dead_letter_id)]
        else:
            dead_letters = await network.dead_letters(service=service, state="waiting", reason=reason)
        return await replay_dead_letters(network, oldest_first(dead_letters), go_on=go_on)

    sys.exit(with_network(console, work))


@app.command("drop")
def drop(
    dead_letter_id: DeadLetterId,
    because: Annotated[str, typer.Option(help="Why the record will never be handled. Do not name persons.")],
) -> None:
    """Mark a dead letter as never to be handled; it is kept for a while, with the reason."""

    async def work(network: Network) -> int:
        dead_letter = await network.dead_letter(dead_letter_id)
        path = f"/dead-letters/{dead_letter_id}/drop"
        result = await network.command(
            dead_letter["service"], path, {"because": because}, key=f"drop-{uuid4()}"
        )
        _print(f"{result['outcome']}  {_summary_line(dead_letter)}")
        return 0

    sys.exit(with_network(console, work))


async def show_dead_letter(network: Network, dead_letter_id: UUID, *, payload: bool) -> None:
    """Print one dead letter; its payload only with `payload`, after a warning on stderr."""
    dead_letter = await network.dead_letter(dead_letter_id)
    for name, value in _fields(dead_letter).items():
        _print(f"{name:<10} {value}")
    for header in dead_letter["headers"]:
        _print(f"{'header':<10} {_printable(header['name'])}, {_size(header['bytes'])}")
    if not payload:
        return
    error_console.print(WARNING, style="bold red", markup=False)
    payload_answer = await network.get(dead_letter["service"], f"/dead-letters/{dead_letter_id}/payload")
    for name, value in (
        ("key", payload_answer["key"]),
        *payload_answer["headers"],
        ("value", payload_answer["value"]),
    ):
        _print(f"--- {_printable(name)}\n{_decode(value)}")


async def replay_dead_letters(network: Network, dead_letters: Sequence[DeadLetter], *, go_on: bool) -> int:
    """Replay the dead letters in order and print each outcome; return the exit code, 1 if any failed.

    Without `go_on` the first failure stops the replay: later records often need the same fix.
    """
    outcomes: Counter[str] = Counter()
    for dead_letter in dead_letters:
        outcome, line = await _replay_one(network, dead_letter)
        outcomes["failed" if outcome in STILL_WAITING or outcome == "failed" else "settled"] += 1
        _print(f"{outcome:<9}  {dead_letter['id']}  {line}")
        if outcomes["failed"] and not go_on:
            break
    not_tried = len(dead_letters) - outcomes.total()
    _print(
        f"{outcomes['settled']} settled, {outcomes['failed']} failed and still waiting, {not_tried} not tried"
    )
    return 1 if outcomes["failed"] else 0


async def _replay_one(network: Network, dead_letter: DeadLetter) -> tuple[str, str]:
    """Replay one dead letter; return the outcome and a line that describes it. Each call is a new attempt."""
    path = f"/dead-letters/{dead_letter['id']}/replay"
    try:
        result = await network.command(dead_letter["service"], path, key=f"replay-{uuid4()}")
    except ServiceRefused as refused:
        return "failed", f"{_summary_line(dead_letter)} ({refused})"
    except TimeoutError:
        return "failed", f"{_summary_line(dead_letter)} ({dead_letter['service']} does not answer)"
    updated = dead_letter | result["letter"]
    describe = _summary_line if result["outcome"] in STILL_WAITING else _position
    return result["outcome"], describe(updated)


def oldest_first(dead_letters: Sequence[DeadLetter]) -> list[DeadLetter]:
    """Sort dead letters by the time they were stored; those of one batch by partition and offset."""

    def position(dead_letter: DeadLetter) -> tuple[datetime, str, int, int]:
        at = datetime.fromisoformat(dead_letter["at"])
        return at, dead_letter["topic"], dead_letter["partition"], dead_letter["offset"]

    return sorted(dead_letters, key=position)


def _fields(dead_letter: DeadLetter) -> dict[str, str]:
    settled = f" at {dead_letter['settled_at']}" if dead_letter["settled_at"] else ""
    because = f": {dead_letter['because']}" if dead_letter["because"] else ""
    return {
        "id": str(dead_letter["id"]),
        "service": dead_letter["service"],
        "record": f"{dead_letter['topic']}/{dead_letter['partition']}/{dead_letter['offset']}",
        "stored": dead_letter["at"],
        "event": f"{dead_letter['event_type'] or 'unknown'}, {dead_letter['event_id'] or 'no id'}",
        "reason": f"{dead_letter['reason']} at {dead_letter['where']}",
        "remedy": dead_letter["remedy"],
        "state": f"{dead_letter['state']}{settled}{because}",
        "replays": str(dead_letter["attempts"]),
        "key": _size(dead_letter["key_bytes"]),
        "payload": _size(dead_letter["bytes"]),
    }


def _summary_line(dead_letter: DeadLetter) -> str:
    return f"{_position(dead_letter)}  {dead_letter['reason']} at {dead_letter['where']}: {dead_letter['remedy']}"


def _position(dead_letter: DeadLetter) -> str:
    return f"{dead_letter['service']:<13}  {dead_letter['topic']}/{dead_letter['partition']}/{dead_letter['offset']}"


def _size(count: int | None) -> str:
    return "none" if count is None else f"{count} bytes"


def _decode(value: str | None) -> str:
    return "none" if value is None else _printable(base64.b64decode(value).decode(errors="backslashreplace"))


def _printable(text: str) -> str:
    """Escape control characters: senders choose this text, and it must not control the terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def _print(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
