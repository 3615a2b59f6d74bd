"""The dependencies that handlers and routes of matching share: region policies and the offer cache."""

from dataclasses import dataclass, field

from alongside_matching.catalogue.offer_cache import OfferCache
from alongside_matching.engine.policy import Policies


@dataclass(frozen=True, slots=True)
class MatchingContext:
    """Region policies and the offer cache; one per process, created in `app.py`."""

    policies: Policies
    offer_cache: OfferCache = field(default_factory=OfferCache)
