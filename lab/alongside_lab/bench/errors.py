"""Errors of a benchmark, in addition to those of the local stack.

CommandError
├── BenchFailed        a process ended early, lost or repeated records, or did not finish in time
├── CheckoutFailed     a second checkout could not be created or built
└── UnknownRevision    the revision to compare with is not a commit of this repository
"""

from alongside_cli.errors import CommandError


class BenchFailed(CommandError):
    """The measurement is not valid: a process ended, lost or repeated records, or was too slow."""


class CheckoutFailed(CommandError):
    """git or `make setup` failed for the second checkout."""


class UnknownRevision(CommandError):
    """The revision to compare with is not a commit."""
