"""`alongside dead-letters`: look at records that were put aside, replay them once mended, drop what never will be."""

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

from alongside_cli.network import Network, Refused
from alongside_cli.running import with_network
from alongside_contracts.services import SERVICES

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Records that were put aside.")
console = Console(highlight=False)
aside = Console(stderr=True, highlight=False)

Letter = Mapping[str, Any]
STILL_WAITING: Final = frozenset({"refused", "unwanted"})
WARNING: Final = "What follows may be personal. Look at it to mend the fault; copy it nowhere, into no ticket, mail or log."


Service = StrEnum("Service", {name.upper(): name for name in SERVICES})  # type: ignore[misc]  # made from the list
"""A service of the network, as a choice on the command line."""


class Shown(StrEnum):
    """Which letters to list."""

    WAITING = "waiting"
    REPLAYED = "replayed"
    DROPPED = "dropped"
    ALL = "all"


LetterId = Annotated[UUID, typer.Argument(help="The letter's id, as `list` shows it.")]
OfService = Annotated[Service | None, typer.Option("--service", help="Only this service's.")]
OfReason = Annotated[str | None, typer.Option("--reason", help="Only those refused for this reason code.")]


@app.command("list")
def list_(
    state: Annotated[Shown, typer.Option(help="Which of them.")] = Shown.WAITING,
    service: OfService = None,
    reason: OfReason = None,
) -> None:
    """What services have put aside and why, oldest first; payloads are not shown."""

    async def work(doors: Network) -> int:
        wanted = None if state is Shown.ALL else state.value
        letters = oldest_first(await doors.dead_letters(service=service, state=wanted, reason=reason))
        for letter in letters:
            _say(f"{letter['id']}  {letter['state']:<8}  {_line(letter)}")
        if not letters:
            _say("nothing was put aside" if state is Shown.ALL else f"nothing is {state.value}")
        return 0

    sys.exit(with_network(console, work))


@app.command("show")
def show(
    letter_id: LetterId,
    payload: Annotated[
        bool, typer.Option("--payload", help="Also its bytes, which may be personal.")
    ] = False,
) -> None:
    """One of them: where it stands, what is wrong, what became of it, its headers' names and sizes."""

    async def work(doors: Network) -> int:
        await show_letter(doors, letter_id, payload=payload)
        return 0

    sys.exit(with_network(console, work))


@app.command("replay")
def replay(
    letter_id: Annotated[UUID | None, typer.Argument(help="Only this one.")] = None,
    service: OfService = None,
    reason: OfReason = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that waits.")] = False,
    go_on: Annotated[bool, typer.Option("--go-on", help="Do not stop at the first that fails.")] = False,
) -> None:
    """Let services handle records again, oldest first; stops at the first that still cannot be handled."""
    one = letter_id is not None
    if one + bool(service or reason) + everything != 1:
        raise typer.BadParameter("say which: an id, or --service and --reason, or --all")

    async def work(doors: Network) -> int:
        if letter_id is not None:
            letters = [await doors.dead_letter(letter_id)]
        else:
            letters = await doors.dead_letters(service=service, state="waiting", reason=reason)
        return await replay_letters(doors, oldest_first(letters), go_on=go_on)

    sys.exit(with_network(console, work))


@app.command("drop")
def drop(
    letter_id: LetterId,
    because: Annotated[str, typer.Option(help="Why it will never be handled; name nobody.")],
) -> None:
    """Decide that a record will never be handled; it is kept for a while with the reason."""

    async def work(doors: Network) -> int:
        letter = await doors.dead_letter(letter_id)
        path = f"/dead-letters/{letter_id}/drop"
        done = await doors.command(letter["service"], path, {"because": because}, key=f"drop-{uuid4()}")
        _say(f"{done['outcome']}  {_line(letter)}")
        return 0

    sys.exit(with_network(console, work))


async def show_letter(doors: Network, letter_id: UUID, *, payload: bool) -> None:
    """Print one letter, its bytes only when asked for, behind a warning."""
    letter = await doors.dead_letter(letter_id)
    for name, value in _facts(letter).items():
        _say(f"{name:<10} {value}")
    for header in letter["headers"]:
        _say(f"{'header':<10} {_printable(header['name'])}, {_bytes(header['bytes'])}")
    if not payload:
        return
    aside.print(WARNING, style="bold red", markup=False)
    whole = await doors.get(letter["service"], f"/dead-letters/{letter_id}/payload")
    for name, value in (("key", whole["key"]), *whole["headers"], ("value", whole["value"])):
        _say(f"--- {_printable(name)}\n{_decoded(value)}")


async def replay_letters(doors: Network, letters: Sequence[Letter], *, go_on: bool) -> int:
    """Replay one after the other and say what came of each; 1 when any could not be handled.

    Without `go_on` the first of those ends it: what comes behind often needs the same mending.
    """
    outcomes: Counter[str] = Counter()
    for letter in letters:
        outcome, told = await _replayed(doors, letter)
        outcomes["failed" if outcome in STILL_WAITING or outcome == "failed" else "settled"] += 1
        _say(f"{outcome:<9}  {letter['id']}  {told}")
        if outcomes["failed"] and not go_on:
            break
    left = len(letters) - outcomes.total()
    _say(f"{outcomes['settled']} settled, {outcomes['failed']} failed and still here, {left} not tried")
    return 1 if outcomes["failed"] else 0


async def _replayed(doors: Network, letter: Letter) -> tuple[str, str]:
    """The outcome of one replay, and the letter or the refusal in a line. Each call is a new attempt."""
    path = f"/dead-letters/{letter['id']}/replay"
    try:
        done = await doors.command(letter["service"], path, key=f"replay-{uuid4()}")
    except Refused as refused:
        return "failed", f"{_line(letter)} ({refused})"
    except TimeoutError:
        return "failed", f"{_line(letter)} ({letter['service']} does not answer)"
    now = letter | done["letter"]
    return done["outcome"], _line(now) if done["outcome"] in STILL_WAITING else _place(now)


def oldest_first(letters: Sequence[Letter]) -> list[Letter]:
    """In the order in which they were put aside; records of one batch in the order of their log."""

    def place(letter: Letter) -> tuple[datetime, str, int, int]:
        at = datetime.fromisoformat(letter["at"])
        return at, letter["topic"], letter["partition"], letter["offset"]

    return sorted(letters, key=place)


def _facts(letter: Letter) -> dict[str, str]:
    settled = f" at {letter['settled_at']}" if letter["settled_at"] else ""
    because = f": {letter['because']}" if letter["because"] else ""
    return {
        "letter": str(letter["id"]),
        "service": letter["service"],
        "record": f"{letter['topic']}/{letter['partition']}/{letter['offset']}",
        "put aside": letter["at"],
        "event": f"{letter['event_type'] or 'unknown'}, {letter['event_id'] or 'no id'}",
        "reason": f"{letter['reason']} at {letter['where']}",
        "remedy": letter["remedy"],
        "state": f"{letter['state']}{settled}{because}",
        "replays": str(letter["attempts"]),
        "key": _bytes(letter["key_bytes"]),
        "payload": _bytes(letter["bytes"]),
    }


def _line(letter: Letter) -> str:
    return f"{_place(letter)}  {letter['reason']} at {letter['where']}: {letter['remedy']}"


def _place(letter: Letter) -> str:
    return f"{letter['service']:<13}  {letter['topic']}/{letter['partition']}/{letter['offset']}"


def _bytes(count: int | None) -> str:
    return "none" if count is None else f"{count} bytes"


def _decoded(value: str | None) -> str:
    return "none" if value is None else _printable(base64.b64decode(value).decode(errors="backslashreplace"))


def _printable(text: str) -> str:
    """Senders choose these characters; a terminal must not obey them."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )


def _say(text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
