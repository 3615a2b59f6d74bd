"""What everyone in matching works with: the regions' numbers and the offers in memory."""

from dataclasses import dataclass, field

from alongside_matching.domain.policy import Policies
from alongside_matching.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Desk:
    """One per process, made in `app.py`."""

    policies: Policies
    shelf: Shelf = field(default_factory=Shelf)
