"""Ends child processes with their parent, and signals whole process groups."""

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
    """Return a `preexec_fn` that makes the kernel send `with_signal` to the child when its parent dies.

    It must run after the change of user, which clears the setting; `preexec_fn` does. Linux only, None elsewhere: there
    the children of a killed stack are ended at the next start, which finds them by pid.
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
    """Signal the process group led by `pid`; a group that no longer exists is no error."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, with_signal)
