"""What can go wrong when the local stack starts, beside the errors of every command (`alongside_cli.errors`).

CommandError
├── PortTaken          somebody else listens where we were told to listen
├── AlreadyRunning     another `up` holds this state folder
└── StartFailed        a process did not become ready (carries the end of its log)
"""

from __future__ import annotations

from alongside_cli.errors import CommandError


class PortTaken(CommandError):
    """Somebody else listens on a port that was asked for by number."""


class AlreadyRunning(CommandError):
    """Another supervisor holds this state folder."""


class StartFailed(CommandError):
    """A process ended, or stayed unready, while it was being started."""
