"""What can go wrong when the local stack starts, told so that the reader knows what to do next.

StackError
├── PortTaken          somebody else listens where we were told to listen
├── AlreadyRunning     another `up` holds this state folder
├── NotRunning         nothing to stop or ask
├── StartFailed        a process did not become ready (carries the end of its log)
└── Unavailable        something this machine lacks: Java, Maven Central, an unprivileged account
"""

from __future__ import annotations


class StackError(Exception):
    """`what` happened, the `remedy` for it, and the last lines of the log that shows it."""

    def __init__(self, what: str, *, remedy: str = "", log_tail: str = "") -> None:
        self.what = what
        self.remedy = remedy
        self.log_tail = log_tail
        super().__init__(self._told())

    def _told(self) -> str:
        parts = [self.what]
        if self.log_tail:
            parts.append("\n".join(f"    | {line}" for line in self.log_tail.splitlines()))
        if self.remedy:
            parts.append(f"To put it right: {self.remedy}")
        return "\n".join(parts)


class PortTaken(StackError):
    """Somebody else listens on a port that was asked for by number."""


class AlreadyRunning(StackError):
    """Another supervisor holds this state folder."""


class NotRunning(StackError):
    """There is no running stack in this state folder."""


class StartFailed(StackError):
    """A process ended, or stayed unready, while it was being started."""


class Unavailable(StackError):
    """This machine lacks something a part needs."""
