"""What can go wrong in a benchmark that is no fault of the local stack.

CommandError
├── BenchFailed        a peer ended early, lost or repeated records, or did not finish in time
├── CheckoutFailed     a second checkout could not be made or built
└── UnknownRevision    what to compare with is no commit of this repository
"""

from alongside_cli.errors import CommandError


class BenchFailed(CommandError):
    """A measurement that cannot be trusted is no measurement."""


class CheckoutFailed(CommandError):
    """git or `make setup` failed for a checkout that was to be compared."""


class UnknownRevision(CommandError):
    """The revision to compare with names no commit."""
