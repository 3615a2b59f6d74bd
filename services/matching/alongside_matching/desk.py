"""What everyone in matching works with: the regions' numbers and the offers in memory."""

from dataclasses import dataclass, field

from alongside_matching.catalogue.shelf import Shelf
from alongside_matching.engine.policy import Policies


@dataclass(frozen=True, slots=True)
class Desk:
    """One per process, made in `app.py`."""

    policies: Policies
    shelf: Shelf = field(default_factory=Shelf)
