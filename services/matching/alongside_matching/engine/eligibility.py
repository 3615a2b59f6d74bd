"""The hard rules: an offer that breaks one is out, with the rule's name as the reason.

Each rule is a function of the same shape that answers its own name when it excludes, else None. They are asked in
the order of `HARD_RULES`; the first that excludes is the one that is counted. This is the readable truth: `index/rules`
asks the same of a whole region at once, and a test holds the two equal.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from alongside_matching.engine.distance import distance_km
from alongside_matching.engine.facts import IN_PERSON, MINOR_BANDS, PEER_LED, SUPPORTER, Offer, Request

Rule: TypeAlias = Callable[[Offer, Request, date], str | None]


@dataclass(frozen=True, slots=True)
class Sifted:
    """The offers that may be asked, and how many each rule kept out."""

    eligible: tuple[Offer, ...]
    excluded: Mapping[str, int]

    @property
    def considered(self) -> int:
        """How many offers were looked at."""
        return len(self.eligible) + sum(self.excluded.values())


def sift(offers: Iterable[Offer], request: Request, on: date) -> Sifted:
    """Hold every offer against every hard rule, as of a day."""
    eligible: list[Offer] = []
    excluded: Counter[str] = Counter()
    for offer in offers:
        rule = excluded_by(offer, request, on)
        if rule is None:
            eligible.append(offer)
        else:
            excluded[rule] += 1
    return Sifted(tuple(eligible), dict(excluded))


def excluded_by(offer: Offer, request: Request, on: date) -> str | None:
    """The name of the first hard rule that keeps this offer from this request; None when it may be asked."""
    return next((name for rule in HARD_RULES if (name := rule(offer, request, on))), None)


def unprotected_by(offer: Offer, request: Request, on: date) -> str | None:
    """The name of the first rule that protects the person and keeps this offer from them; None when all of them hold.

    An offer that need not share a need, such as something to go to while waiting, has to pass at least these.
    """
    return next((name for rule in PROTECTING_RULES if (name := rule(offer, request, on))), None)


def region(offer: Offer, request: Request, _on: date) -> str | None:
    """Referrals stay in their network's area."""
    return "region" if offer.region != request.region else None


def need(offer: Offer, request: Request, _on: date) -> str | None:
    """At least one need is shared: they have walked the same road. Who is asked for again is known already."""
    known = offer.id == request.continue_with
    return "need" if offer.needs.isdisjoint(request.needs) and not known else None


def language(offer: Offer, request: Request, _on: date) -> str | None:
    """They can talk: one language in common, whatever its regional form."""
    spoken = {root(tag) for tag in offer.languages}
    return None if any(root(tag) in spoken for tag in request.languages) else "language"


def consent(offer: Offer, request: Request, _on: date) -> str | None:
    """The person agreed that this recipient may know: the whole network, or the offers they named."""
    named = request.consent_offers
    return "consent" if named is not None and offer.id not in named else None


def asked_before(offer: Offer, request: Request, _on: date) -> str | None:
    """An offer that declined, lapsed or is excluded is not asked again."""
    return "asked-before" if offer.id in request.asked else None


def organisation(offer: Offer, request: Request, _on: date) -> str | None:
    """No second tie: the same workplace, or an organisation that has another hold on the person."""
    return "organisation" if not offer.organisations.isdisjoint(request.organisations_avoided) else None


def paused(offer: Offer, _request: Request, _on: date) -> str | None:
    """Somebody who needs a break gets one."""
    return "paused" if offer.paused else None


def capacity(offer: Offer, _request: Request, _on: date) -> str | None:
    """A place is free."""
    return None if offer.has_place else "capacity"


def open_to_all(offer: Offer, request: Request, _on: date) -> str | None:
    """An offer without places answers no proposals; it is proposed only to who asked for its format."""
    asked_for = not offer.formats.isdisjoint(request.formats)
    return "open-to-all" if offer.open_to_all and not asked_for else None


def mode(offer: Offer, request: Request, _on: date) -> str | None:
    """They can meet in a way the person accepts, where both say how."""
    says = offer.modes and request.modes
    return "mode" if says and offer.modes.isdisjoint(request.modes) else None


def age_band(offer: Offer, request: Request, _on: date) -> str | None:
    """The offer serves that age; an offer for minors only is not for a person of unknown age."""
    if not offer.age_bands:
        return None
    if request.age_band is None:
        return "age-band" if offer.age_bands <= MINOR_BANDS else None
    return "age-band" if request.age_band not in offer.age_bands else None


def minors_wall(offer: Offer, request: Request, _on: date) -> str | None:
    """A minor meets only peers who say that they are there for that age, and one alone only if a guardian agreed."""
    if request.age_band not in MINOR_BANDS or offer.kind not in PEER_LED:
        return None
    silent = request.age_band not in offer.age_bands
    alone = offer.kind == SUPPORTER and not request.guardian_consent
    return "minors-wall" if silent or alone else None


def certification(offer: Offer, _request: Request, on: date) -> str | None:
    """Where a certificate is required it is valid, its last day included."""
    until = offer.certified_until
    return "certification" if offer.certification_required and (until is None or until < on) else None


def endorsement(offer: Offer, _request: Request, _on: date) -> str | None:
    """Where the offer requires an endorsement, the certificate has it."""
    required = offer.required_endorsement
    return "endorsement" if required is not None and required not in offer.endorsements else None


def background_check(offer: Offer, _request: Request, on: date) -> str | None:
    """Where a background check is required it is in date, its last day included."""
    until = offer.checked_until
    return "background-check" if offer.check_required and (until is None or until < on) else None


def trigger(offer: Offer, request: Request, _on: date) -> str | None:
    """A companion's story must not hold what the person asked to be spared."""
    return "trigger" if offer.kind in PEER_LED and not offer.needs.isdisjoint(request.avoid_needs) else None


def restriction(offer: Offer, request: Request, _on: date) -> str | None:
    """Who restricts itself to some needs or ages is there for those only."""
    if not offer.eligibility:
        return None
    belongs = not offer.eligibility.isdisjoint(request.needs) or request.age_band in offer.eligibility
    return None if belongs else "restriction"


def only_for(offer: Offer, request: Request, _on: date) -> str | None:
    """What is kept for some, such as a meeting for women, is for who says that they are one of them. Nobody guesses."""
    return "only-for" if offer.only_for and offer.only_for.isdisjoint(request.identifies_as) else None


def reach(offer: Offer, request: Request, _on: date) -> str | None:
    """Those who can only meet in person live near enough, where both say where they are and one says how far."""
    if not meet_in_person_only(offer, request) or offer.where is None or request.near is None:
        return None
    limits = [limit for limit in (offer.reach_km, request.distance_km_max) if limit is not None]
    return "reach" if limits and distance_km(offer.where, request.near) > min(limits) else None


def schedule(offer: Offer, request: Request, _on: date) -> str | None:
    """There is a half hour of the week when both have time, where both say when."""
    says = offer.availability and request.availability
    return "schedule" if says and not offer.availability & request.availability else None


def meet_in_person_only(offer: Offer, request: Request) -> bool:
    """Whether meeting in person is the one way that both accept. Who does not say how they meet accepts any way."""
    accepted_modes = (
        offer.modes & request.modes if offer.modes and request.modes else offer.modes | request.modes
    )
    return accepted_modes == {IN_PERSON}


def root(tag: str) -> str:
    """The language of a tag without its regional form."""
    return tag.partition("-")[0].lower()


HARD_RULES: tuple[Rule, ...] = (
    region,
    need,
    language,
    consent,
    asked_before,
    organisation,
    paused,
    capacity,
    open_to_all,
    mode,
    age_band,
    minors_wall,
    endorsement,
    trigger,
    restriction,
    only_for,
    certification,
    background_check,
    schedule,
    reach,
)

PROTECTING_RULES: tuple[Rule, ...] = tuple(
    rule for rule in HARD_RULES if rule not in {need, capacity, open_to_all, schedule}
)
"""All but those that ask whether it fits: a need in common, a place, a format asked for, a common hour."""
