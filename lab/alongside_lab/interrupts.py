"""Ends a run of the laboratory at a signal, with everything it started removed."""

import signal


def interrupt_at_sigterm() -> None:
    """Treat SIGTERM like Ctrl-C: stop processes, and remove temporary folders, mounts and second checkouts.

    SIGINT alone is not enough: a shell makes background jobs ignore it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
