"""The hard rules: an offer that breaks one is excluded, with the rule's name as the reason.

Each rule has the same signature and returns its own name when it excludes, else None. They run in the order of
`HARD_RULES`; the first that excludes is counted. This is the readable specification: `index/rules` applies the same
rules to a whole region at once, and a test keeps the two equal. In the docstrings of rules, *they* are the offer and the
person.
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
    """The offers that may be asked, and how many each rule excluded."""

    eligible: tuple[Offer, ...]
    excluded: Mapping[str, int]

    @property
    def considered(self) -> int:
        """Return how many offers were checked."""
        return len(self.eligible) + sum(self.excluded.values())


def sift(offers: Iterable[Offer], request: Request, on: date) -> Sifted:
    """Apply every hard rule to every offer, as of a day."""
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
    """Return the name of the first hard rule that excludes this offer; None when it may be asked."""
    return next((name for rule in HARD_RULES if (name := rule(offer, request, on))), None)


def excluded_by_protecting_rule(offer: Offer, request: Request, on: date) -> str | None:
    """Return the name of the first protecting rule that excludes this offer; None when all of them allow it.

    An offer that need not share a need, such as an interim offer, must pass at least these.
    """
    return next((name for rule in PROTECTING_RULES if (name := rule(offer, request, on))), None)


def excluded_once_asked(offer: Offer, request: Request, on: date) -> str | None:
    """Return the name of the first hard rule that excludes an offer which was asked for this request; None if none does.

    Its place is held, and a pause stops only new proposals.
    """
    return next((name for rule in RULES_ONCE_ASKED if (name := rule(offer, request, on))), None)


def region(offer: Offer, request: Request, _on: date) -> str | None:
    """Referrals stay in their network's area."""
    return "region" if offer.region != request.region else None


def need(offer: Offer, request: Request, _on: date) -> str | None:
    """They share at least one need, or the person asks to continue with this offer."""
    continued = offer.id == request.continue_with
    return name_of_need_rule(request) if offer.needs.isdisjoint(request.needs) and not continued else None


def name_of_need_rule(request: Request) -> str:
    """Return `need`, or `unknown-need` when every need is one of a newer release: then no offer can be compared."""
    return "unknown-need" if request.needs <= request.unknown_needs else "need"


def language(offer: Offer, request: Request, _on: date) -> str | None:
    """They share a language, whatever its regional form."""
    spoken = {root(tag) for tag in offer.languages}
    return None if any(root(tag) in spoken for tag in request.languages) else "language"


def consent(offer: Offer, request: Request, _on: date) -> str | None:
    """The person's consent covers this recipient: the whole network, or the offers they named."""
    named = request.consent_offers
    return "consent" if named is not None and offer.id not in named else None


def asked_before(offer: Offer, request: Request, _on: date) -> str | None:
    """An offer that declined, lapsed or is excluded is not asked again."""
    return "asked-before" if offer.id in request.asked else None


def organisation(offer: Offer, request: Request, _on: date) -> str | None:
    """No conflict of roles: the offer belongs to no organisation that the person must avoid, such as their employer."""
    return "organisation" if not offer.organisations.isdisjoint(request.organisations_avoided) else None


def paused(offer: Offer, _request: Request, _on: date) -> str | None:
    """A paused offer is not asked."""
    return "paused" if offer.paused else None


def capacity(offer: Offer, _request: Request, _on: date) -> str | None:
    """A place is free."""
    return None if offer.has_place else "capacity"


def open_to_all(offer: Offer, request: Request, _on: date) -> str | None:
    """An offer open to everyone gets no proposals, unless the request asks for its format."""
    asked_for = not offer.formats.isdisjoint(request.formats)
    return "open-to-all" if offer.open_to_all and not asked_for else None


def mode(offer: Offer, request: Request, _on: date) -> str | None:
    """They share a way to meet, where both name any."""
    both_named = offer.modes and request.modes
    return "mode" if both_named and offer.modes.isdisjoint(request.modes) else None


def age_band(offer: Offer, request: Request, _on: date) -> str | None:
    """The offer serves that age; an offer for minors only is not for a person of unknown age."""
    if not offer.age_bands:
        return None
    if request.age_band is None:
        return "age-band" if offer.age_bands <= MINOR_BANDS else None
    return "age-band" if request.age_band not in offer.age_bands else None


def minors_wall(offer: Offer, request: Request, _on: date) -> str | None:
    """A minor meets only peers who serve that age, and a single supporter only with a guardian's consent."""
    if request.age_band not in MINOR_BANDS or offer.kind not in PEER_LED:
        return None
    age_not_served = request.age_band not in offer.age_bands
    without_guardian = offer.kind == SUPPORTER and not request.guardian_consent
    return "minors-wall" if age_not_served or without_guardian else None


def certification(offer: Offer, _request: Request, on: date) -> str | None:
    """A required certificate is valid, its last day included."""
    until = offer.certified_until
    return "certification" if offer.certification_required and (until is None or until < on) else None


def endorsement(offer: Offer, _request: Request, _on: date) -> str | None:
    """A required endorsement is present."""
    required = offer.required_endorsement
    return "endorsement" if required is not None and required not in offer.endorsements else None


def background_check(offer: Offer, _request: Request, on: date) -> str | None:
    """A required background check is valid, its last day included."""
    until = offer.checked_until
    return "background-check" if offer.check_required and (until is None or until < on) else None


def trigger(offer: Offer, request: Request, _on: date) -> str | None:
    """A peer's needs include none that the person asked to be spared."""
    return "trigger" if offer.kind in PEER_LED and not offer.needs.isdisjoint(request.avoid_needs) else None


def restriction(offer: Offer, request: Request, _on: date) -> str | None:
    """An offer restricted to some needs or ages is only for people with one of them."""
    if not offer.eligibility:
        return None
    belongs = not offer.eligibility.isdisjoint(request.needs) or request.age_band in offer.eligibility
    return None if belongs else "restriction"


def only_for(offer: Offer, request: Request, _on: date) -> str | None:
    """A reserved offer, such as a meeting for women, is only for people who state that identity: none is guessed."""
    return "only-for" if offer.only_for and offer.only_for.isdisjoint(request.identifies_as) else None


def reach(offer: Offer, request: Request, _on: date) -> str | None:
    """Where meeting in person is the only way, they live near enough, if both have a position and one has a limit."""
    if not meet_in_person_only(offer, request) or offer.where is None or request.near is None:
        return None
    limits = [limit for limit in (offer.reach_km, request.distance_km_max) if limit is not None]
    return "reach" if limits and distance_km(offer.where, request.near) > min(limits) else None


def schedule(offer: Offer, request: Request, _on: date) -> str | None:
    """They share a free half hour of the week, where both name any."""
    both_named = offer.availability and request.availability
    return "schedule" if both_named and not offer.availability & request.availability else None


def meet_in_person_only(offer: Offer, request: Request) -> bool:
    """Return whether meeting in person is the only mode both accept. Naming no modes accepts any."""
    accepted_modes = (
        offer.modes & request.modes if offer.modes and request.modes else offer.modes | request.modes
    )
    return accepted_modes == {IN_PERSON}


def root(tag: str) -> str:
    """Return the language of a tag without its regional form."""
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
"""All rules except those about fit: a shared need, a free place, a requested format, a common hour."""

RULES_ONCE_ASKED: tuple[Rule, ...] = tuple(rule for rule in HARD_RULES if rule not in {paused, capacity})
"""The rules that an offer must still pass when the request is amended after it was asked."""
