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
DISTRIBUTION_BY_COMMAND: Final[Mapping[str, str]] = {
    **dict.fromkeys(("up", "demo", "status", "down", "reset"), "alongside-localstack"),
    **dict.fromkeys(("bench", "bench-matching", "faults", "simulate"), "alongside-lab"),
}
"""Which other distribution brings a sub-command; where it is absent, the command says so."""


class Commands(TyperGroup):
    """The sub-commands of every installed distribution."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is that of the base class
        """The names of those that are installed."""
        return sorted(_installed_commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the same
        """The sub-command, imported now; one that is not installed says what to install; None for any other word."""
        if found := _installed_commands().get(cmd_name):
            try:
                return _load(found)
            except ImportError as error:
                return _unloadable_command(cmd_name, error)
        if distribution := DISTRIBUTION_BY_COMMAND.get(cmd_name):
            return _missing_command(cmd_name, distribution)
        return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The same as elsewhere: for a word that is no command, the base class suggests those it holds."""
        names: Any = dict.fromkeys(_installed_commands())
        self.commands = names
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def alongside() -> None:
    """Ask an installation, feed it, watch it; with the local stack, run one on this machine."""


def _installed_commands() -> dict[str, EntryPoint]:
    return {found.name: found for found in entry_points(group=COMMANDS)}


def _load(found: EntryPoint) -> Any:
    """What an entry point names as a command: a Typer application with its own commands, or a function."""
    target = found.load()
    command = typer.main.get_group(target) if isinstance(target, typer.Typer) else _command(target)
    command.name = found.name
    return command


def _command(function: Any, **options: Any) -> Any:
    single = typer.Typer(add_completion=False)
    single.command(**options)(function)
    return typer.main.get_command(single)


def _missing_command(name: str, distribution: str) -> Any:
    """A command that says what to install."""
    return _failing_command(
        f"`alongside {name}` comes with the distribution {distribution}, which is not installed here.\n"
        f"To put it right: install {distribution} beside alongside, or run it in a clone: `make setup`."
    )


def _unloadable_command(name: str, error: ImportError) -> Any:
    """A command that says why it cannot be loaded; the others, and the list of all, work on."""
    return _failing_command(
        f"`alongside {name}` cannot be loaded: {error}.\n"
        "To put it right: install its distribution again, with all that it requires."
    )


def _failing_command(text: str) -> Any:
    """A command that says this and fails, whatever its arguments are."""

    def print_and_exit() -> None:
        print(text, file=sys.stderr)
        raise typer.Exit(1)

    any_arguments = {"allow_extra_args": True, "ignore_unknown_options": True}
    options = {"context_settings": any_arguments, "add_help_option": False}
    return _command(print_and_exit, help=text.splitlines()[0], **options)
