"""What can go wrong in a command, told so that the reader knows what to do next.

CommandError
├── NotRunning         no network to ask
├── ClusterRefused     Kafka did not do what it was asked
└── Unavailable        something this machine, or its configuration, lacks
"""

from __future__ import annotations


class CommandError(Exception):
    """`problem` happened, the `remedy` for it, and the last lines of the log that shows it."""

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
    """There is no network here, or the process that was asked for does not run."""


class ClusterRefused(CommandError):
    """Kafka refused a topic, a user or a rule, or did not apply it in time."""


class Unavailable(CommandError):
    """This machine, or what it was told, lacks something a command needs."""
