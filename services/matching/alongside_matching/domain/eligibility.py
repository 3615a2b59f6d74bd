"""The hard rules: an offer that breaks one is out, with the rule's name as the reason.

Each rule is a function of the same shape that answers its own name when it excludes, else None. They are asked in
the order of `HARD_RULES`; the first that excludes is the one that is counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from alongside_matching.domain.facts import MINOR_BANDS, PEER_LED, Offer, Request

Rule: TypeAlias = Callable[[Offer, Request], str | None]


@dataclass(frozen=True, slots=True)
class Sifted:
    """The offers that may be asked, and how many each rule kept out."""

    eligible: tuple[Offer, ...]
    excluded: Mapping[str, int]

    @property
    def considered(self) -> int:
        """How many offers were looked at."""
        return len(self.eligible) + sum(self.excluded.values())


def sift(offers: Iterable[Offer], request: Request) -> Sifted:
    """Hold every offer against every hard rule."""
    eligible: list[Offer] = []
    excluded: Counter[str] = Counter()
    for offer in offers:
        rule = excluded_by(offer, request)
        if rule is None:
            eligible.append(offer)
        else:
            excluded[rule] += 1
    return Sifted(tuple(eligible), dict(excluded))


def excluded_by(offer: Offer, request: Request) -> str | None:
    """The name of the first hard rule that keeps this offer from this request; None when it may be asked."""
    return next((name for rule in HARD_RULES if (name := rule(offer, request))), None)


def may_fill_in(offer: Offer, request: Request) -> bool:
    """Whether the offer is open to everyone and harms nobody: something to go to while waiting.

    It need not share a need: company tonight is better than none. All rules that protect the person hold.
    """
    return offer.open_to_all and not any(rule(offer, request) for rule in PROTECTING_RULES)


def region(offer: Offer, request: Request) -> str | None:
    """Referrals stay in their network's area."""
    return "region" if offer.region != request.region else None


def need(offer: Offer, request: Request) -> str | None:
    """At least one need is shared: they have walked the same road."""
    return "need" if offer.needs.isdisjoint(request.needs) else None


def language(offer: Offer, request: Request) -> str | None:
    """They can talk: one language in common, whatever its regional form."""
    spoken = {_root(tag) for tag in offer.languages}
    return None if any(_root(tag) in spoken for tag in request.languages) else "language"


def asked_before(offer: Offer, request: Request) -> str | None:
    """An offer that declined, lapsed or is excluded is not asked again."""
    return "asked-before" if offer.id in request.asked else None


def paused(offer: Offer, _request: Request) -> str | None:
    """Somebody who needs a break gets one."""
    return "paused" if offer.paused else None


def capacity(offer: Offer, _request: Request) -> str | None:
    """A place is free."""
    return None if offer.has_place else "capacity"


def open_to_all(offer: Offer, request: Request) -> str | None:
    """An offer without places answers no proposals; it is proposed only to who asked for its format."""
    asked_for = not offer.formats.isdisjoint(request.formats)
    return "open-to-all" if offer.open_to_all and not asked_for else None


def mode(offer: Offer, request: Request) -> str | None:
    """They can meet in a way the person accepts, where both say how."""
    says = offer.modes and request.modes
    return "mode" if says and offer.modes.isdisjoint(request.modes) else None


def age_band(offer: Offer, request: Request) -> str | None:
    """The offer serves that age; an offer for minors only is not for a person of unknown age."""
    if not offer.age_bands:
        return None
    if request.age_band is None:
        return "age-band" if offer.age_bands <= MINOR_BANDS else None
    return "age-band" if request.age_band not in offer.age_bands else None


def minors_wall(offer: Offer, request: Request) -> str | None:
    """A minor meets only peers who say that they are there for that age (domain: minors)."""
    is_minor = request.age_band in MINOR_BANDS
    silent = request.age_band not in offer.age_bands
    return "minors-wall" if is_minor and offer.kind in PEER_LED and silent else None


def trigger(offer: Offer, request: Request) -> str | None:
    """A companion's story must not hold what the person asked to be spared."""
    return "trigger" if offer.kind in PEER_LED and not offer.needs.isdisjoint(request.avoid_needs) else None


def _root(tag: str) -> str:
    return tag.partition("-")[0].lower()


HARD_RULES: tuple[Rule, ...] = (
    region,
    need,
    language,
    asked_before,
    paused,
    capacity,
    open_to_all,
    mode,
    age_band,
    minors_wall,
    trigger,
)

PROTECTING_RULES: tuple[Rule, ...] = (
    region,
    language,
    asked_before,
    paused,
    mode,
    age_band,
    minors_wall,
    trigger,
)
