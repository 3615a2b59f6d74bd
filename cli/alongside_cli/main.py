"""The `alongside` command: ask an installation, feed it, watch it; with the local stack, run one on this machine.

Each sub-command is an entry point in the group `alongside.commands`, a Typer application or a function, so that a
distribution brings its own: `alongside` itself what operators need, `alongside-localstack` a network on one machine,
`alongside-lab` experiments. Only the sub-command that is asked for is imported.
"""

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import typer
from typer.core import TyperGroup

COMMANDS: Final = "alongside.commands"
"""The group of entry points, by the name of the sub-command."""
BROUGHT_BY: Final[Mapping[str, str]] = {
    **dict.fromkeys(("up", "demo", "status", "down", "reset"), "alongside-localstack"),
    **dict.fromkeys(("bench", "bench-matching", "faults", "simulate"), "alongside-lab"),
}
"""Which other distribution brings a sub-command; where it is absent, the command says so."""


class Commands(TyperGroup):
    """The sub-commands of every installed distribution."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is that of the base class
        """The names of those that are installed."""
        return sorted(_installed())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the same
        """The sub-command, imported now; one that is not installed says what to install; None for any other word."""
        if found := _installed().get(cmd_name):
            try:
                return _loaded(found)
            except ImportError as error:
                return _unusable(cmd_name, error)
        if distribution := BROUGHT_BY.get(cmd_name):
            return _absent(cmd_name, distribution)
        return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The same as elsewhere: for a word that is no command, the base class suggests those it holds."""
        names: Any = dict.fromkeys(_installed())
        self.commands = names
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def alongside() -> None:
    """Ask an installation, feed it, watch it; with the local stack, run one on this machine."""


def _installed() -> dict[str, EntryPoint]:
    return {found.name: found for found in entry_points(group=COMMANDS)}


def _loaded(found: EntryPoint) -> Any:
    """What an entry point names as a command: a Typer application with its own commands, or a function."""
    what = found.load()
    command = typer.main.get_group(what) if isinstance(what, typer.Typer) else _command(what)
    command.name = found.name
    return command


def _command(function: Any, **how: Any) -> Any:
    alone = typer.Typer(add_completion=False)
    alone.command(**how)(function)
    return typer.main.get_command(alone)


def _absent(name: str, distribution: str) -> Any:
    """A command that says what to install."""
    return _saying(
        f"`alongside {name}` comes with the distribution {distribution}, which is not installed here.\n"
        f"To put it right: install {distribution} beside alongside, or run it in a clone: `make setup`."
    )


def _unusable(name: str, error: ImportError) -> Any:
    """A command that says why it cannot be loaded; the others, and the list of all, work on."""
    return _saying(
        f"`alongside {name}` cannot be loaded: {error}.\n"
        "To put it right: install its distribution again, with all that it requires."
    )


def _saying(text: str) -> Any:
    """A command that says this and fails, whatever its arguments are."""

    def say() -> None:
        print(text, file=sys.stderr)
        raise typer.Exit(1)

    taking_anything = {"allow_extra_args": True, "ignore_unknown_options": True}
    how = {"context_settings": taking_anything, "add_help_option": False}
    return _command(say, help=text.splitlines()[0], **how)
