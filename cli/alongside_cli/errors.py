"""Errors that commands print, each with a remedy.

CommandError
├── NotRunning         no network, or no such process, is running
├── ClusterRefused     Kafka refused a request, or did not apply it in time
└── Unavailable        a program, file or setting is missing on this machine
"""

from __future__ import annotations


class CommandError(Exception):
    """An error for the user: the `problem`, the `remedy`, and the last lines of a log that explains it."""

    def __init__(self, problem: str, *, remedy: str = "", log_tail: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        self.log_tail = log_tail
        super().__init__(self._format())

    def _format(self) -> str:
        parts = [self.problem]
        if self.log_tail:
            parts.append("\n".join(f"    | {line}" for line in self.log_tail.splitlines()))
        if self.remedy:
            parts.append(f"To put it right: {self.remedy}")
        return "\n".join(parts)


class NotRunning(CommandError):
    """No network runs on this machine, or the named process does not run."""


class ClusterRefused(CommandError):
    """Kafka refused a topic, a user or an access rule, or did not apply it in time."""


class Unavailable(CommandError):
    """This machine or its settings lack something that the command needs."""
