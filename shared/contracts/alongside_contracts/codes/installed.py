"""The lists this process works with. They are one object per process, because the types of fields (fields.py) read them.

A service installs them once, at its start, with its settings; without that, they are the package's own lists.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alongside_contracts.codes.code_lists import Codes
from alongside_contracts.codes.loading import load_codes

_installed: list[Codes] = []


def installed() -> Codes:
    """Return the lists of this process. Raises CodesError when the package's own lists cannot be read."""
    if not _installed:
        _installed.append(load_codes())
    return _installed[-1]


def install(codes: Codes) -> None:
    """Make these the lists of this process."""
    _installed[:] = [codes]


@contextmanager
def using(codes: Codes) -> Iterator[Codes]:
    """Work with these lists inside the block, and with the former ones after it."""
    before = list(_installed)
    install(codes)
    try:
        yield codes
    finally:
        _installed[:] = before
