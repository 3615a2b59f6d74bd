"""What can go wrong in a benchmark that is no fault of the local stack.

StackError
└── BenchFailed    a peer ended early, lost or repeated records, or did not finish in time
"""

from alongside_cli.stack.errors import StackError


class BenchFailed(StackError):
    """A measurement that cannot be trusted is no measurement."""
