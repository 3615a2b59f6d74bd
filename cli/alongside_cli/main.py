"""The `alongside` command: query and operate an installation; with the local stack, run one on this machine.

Each sub-command is an entry point in the group `alongside.commands`, a Typer application or a function. Each
distribution brings its own: `alongside` those for operators, `alongside-localstack` those for a network on one machine,
`alongside-lab` experiments. Only the requested sub-command is imported.
"""

import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import typer
from typer.core import TyperGroup

COMMANDS: Final = "alongside.commands"
"""The group of entry points; each is named after its sub-command."""
DISTRIBUTION_BY_COMMAND: Final[Mapping[str, str]] = {
    **dict.fromkeys(("up", "demo", "status", "down", "reset"), "alongside-localstack"),
    **dict.fromkeys(("bench", "bench-matching", "faults", "simulate"), "alongside-lab"),
}
"""The distribution of each sub-command that another distribution brings; the error for a missing command names it."""


class Commands(TyperGroup):
    """The sub-commands of every installed distribution."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is that of the base class
        """Return the names of the installed sub-commands."""
        return sorted(_installed_commands())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is that of the base class
        """Import and return the sub-command; None if the name is unknown. One not installed prints what to install."""
        if entry_point := _installed_commands().get(cmd_name):
            try:
                return _load(entry_point)
            except ImportError as error:
                return _unloadable_command(cmd_name, error)
        if distribution := DISTRIBUTION_BY_COMMAND.get(cmd_name):
            return _missing_command(cmd_name, distribution)
        return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Resolve the sub-command; for an unknown word the base class suggests similar names from `commands`."""
        names: Any = dict.fromkeys(_installed_commands())
        self.commands = names
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def alongside() -> None:
    """Query and operate an installation; with the local stack, run one on this machine."""


def _installed_commands() -> dict[str, EntryPoint]:
    return {entry_point.name: entry_point for entry_point in entry_points(group=COMMANDS)}


def _load(entry_point: EntryPoint) -> Any:
    """Return the command of an entry point, which names a Typer application or a function."""
    target = entry_point.load()
    command = typer.main.get_group(target) if isinstance(target, typer.Typer) else _command(target)
    command.name = entry_point.name
    return command


def _command(function: Any, **options: Any) -> Any:
    application = typer.Typer(add_completion=False)
    application.command(**options)(function)
    return typer.main.get_command(application)


def _missing_command(name: str, distribution: str) -> Any:
    """Return a command that prints which distribution to install, and fails."""
    return _failing_command(
        f"`alongside {name}` comes with the distribution {distribution}, which is not installed.\n"
        f"To put it right: install {distribution}, or use a clone of the repository after `make setup`."
    )


def _unloadable_command(name: str, error: ImportError) -> Any:
    """Return a command that prints why it cannot be loaded; other commands and `--help` still work."""
    return _failing_command(
        f"`alongside {name}` cannot be loaded: {error}.\n"
        "To put it right: reinstall its distribution with all its dependencies."
    )


def _failing_command(text: str) -> Any:
    """Return a command that prints `text` on stderr and exits with 1, whatever its arguments are."""

    def print_and_exit() -> None:
        print(text, file=sys.stderr)
        raise typer.Exit(1)

    any_arguments = {"allow_extra_args": True, "ignore_unknown_options": True}
    options = {"context_settings": any_arguments, "add_help_option": False}
    return _command(print_and_exit, help=text.splitlines()[0], **options)
