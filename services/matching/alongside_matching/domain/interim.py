"""What somebody may go to while they wait: something open to everyone, or the reasons why there is nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from alongside_matching.domain.eligibility import unprotected_by
from alongside_matching.domain.facts import GROUP, Offer, Request


@dataclass(frozen=True, slots=True)
class Interim:
    """The offer; or None, with how many each rule that protects the person kept out."""

    offer_id: UUID | None
    excluded: Mapping[str, int]


def interim_for(request: Request, open_to_all: Iterable[Offer], on: date) -> Interim:
    """A group that anyone may join; where a need is shared rather than not, but company tonight is better than none."""
    excluded: Counter[str] = Counter()
    fitting = []
    for offer in open_to_all:
        if offer.kind != GROUP:
            continue
        rule = unprotected_by(offer, request, on)
        if rule is None:
            fitting.append(offer)
        else:
            excluded[rule] += 1
    best = min(fitting, key=lambda offer: (offer.needs.isdisjoint(request.needs), offer.id), default=None)
    return Interim(None if best is None else best.id, dict(excluded))
