"""Errors of the local stack, in addition to those of every command (`alongside_cli.errors`).

CommandError
├── PortTaken          another process listens on a requested port
├── AlreadyRunning     another supervisor holds the state folder
└── StartFailed        a process did not become ready (carries the end of its log)
"""

from __future__ import annotations

from alongside_cli.errors import CommandError


class PortTaken(CommandError):
    """Another process listens on a port that was requested by number."""


class AlreadyRunning(CommandError):
    """Another supervisor holds this state folder."""


class StartFailed(CommandError):
    """A process ended, or did not become ready in time, while it was started."""
