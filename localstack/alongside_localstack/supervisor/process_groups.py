"""How a child process is bound to its parent: own session, own process group, and no life after the parent's death."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(with_signal: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` after which the kernel sends `with_signal` to the child when its parent dies, however it dies.

    It must run after the change of user (which clears the setting), which is where `preexec_fn` runs. Linux only;
    elsewhere a stack that was killed leaves its children to the next start, which finds them by pid.
    """
    if _LIBC is None:
        return None
    prctl, parent = _LIBC.prctl, os.getpid()

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return bind


def signal_group(pid: int, with_signal: signal.Signals) -> None:
    """Signal the process group led by `pid`; a group that is already gone is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, with_signal)
