"""What everyone in matching works with: the regions' numbers and the offers in memory."""

from dataclasses import dataclass, field

from alongside_matching.catalogue.offer_cache import OfferCache
from alongside_matching.engine.policy import Policies


@dataclass(frozen=True, slots=True)
class MatchingContext:
    """One per process, made in `app.py`."""

    policies: Policies
    offer_cache: OfferCache = field(default_factory=OfferCache)
