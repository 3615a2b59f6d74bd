"""The hard rules for all offers of a region at once: each returns the set it excludes, None for none.

Names (but see `name_of_need_rule`), order and meaning are those of `eligibility.HARD_RULES`, which gives the reason for each
rule; a test keeps the
two equal on regions drawn at random. A rule may return rows that an earlier rule excluded: only remaining rows are
counted. The two rules that need values per row come last, when few rows remain, and answer for those only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

import numpy as np

from alongside_matching.engine.eligibility import name_of_need_rule
from alongside_matching.engine.facts import IN_PERSON, MINOR_BANDS, Request
from alongside_matching.engine.index import bits, labels
from alongside_matching.engine.index.bits import Bits
from alongside_matching.engine.index.candidate_rows import CandidateRows, Flags
from alongside_matching.engine.index.columns import OfferColumns


@dataclass(slots=True)
class Search:
    """One request against one region. `candidates` are the offers that no rule has excluded so far."""

    columns: OfferColumns
    request: Request
    on: date
    candidates: Bits

    def labelled(self, label: str) -> Bits:
        """Return the offers with a label."""
        labelled_offers = self.columns.labels.of(label)
        return bits.empty_set(self.columns.rows) if labelled_offers is None else labelled_offers

    def carrying(self, facet: str, codes: Iterable[str]) -> Bits:
        """Return the offers with at least one of these codes."""
        return self.columns.facets[facet].any_of(codes)


SetRule: TypeAlias = Callable[[Search], Bits | None]
RowRule: TypeAlias = Callable[[Search, CandidateRows], Flags | None]


def sift(search: Search) -> tuple[CandidateRows, dict[str, int]]:
    """Apply every rule in order: return the remaining rows, and how many each rule excluded, by its name."""
    excluded: dict[str, int] = {}
    for name, rule in SET_RULES.items():
        excluded_offers = rule(search)
        if excluded_offers is not None and (
            excluded_count := bits.count(search.candidates & excluded_offers)
        ):
            excluded[name_of_need_rule(search.request) if name == "need" else name] = excluded_count
            search.candidates = search.candidates & ~excluded_offers
    candidates = CandidateRows(search.columns, search.request, bits.rows_of(search.candidates))
    for name, row_rule in ROW_RULES.items():
        flags = row_rule(search, candidates)
        if flags is not None and (excluded_count := int(np.count_nonzero(flags))):
            excluded[name] = excluded_count
            candidates = candidates.without(flags)
    return candidates, excluded


def region(search: Search) -> Bits | None:
    """Exclude every offer for a request of another region."""
    return None if search.request.region == search.columns.region else search.candidates


def need(search: Search) -> Bits | None:
    """Exclude offers that share no need, except the one to continue with."""
    sharing, continue_with = search.carrying("needs", search.request.needs), search.request.continue_with
    return ~sharing if continue_with is None else ~(sharing | _offers(search, [continue_with]))


def language(search: Search) -> Bits | None:
    """Exclude offers that share no language."""
    return ~search.carrying("languages", search.request.languages)


def consent(search: Search) -> Bits | None:
    """Exclude offers that the consent does not cover."""
    named = search.request.consent_offers
    return None if named is None else ~_offers(search, named)


def asked_before(search: Search) -> Bits | None:
    """Exclude offers that were asked or must not be."""
    return _offers(search, search.request.asked) if search.request.asked else None


def organisation(search: Search) -> Bits | None:
    """Exclude offers of organisations that the person must avoid."""
    rows = search.columns.organisations.rows(search.request.organisations_avoided)
    return _rows(search, rows) if rows else None


def paused(search: Search) -> Bits | None:
    """Exclude paused offers."""
    return search.labelled(labels.PAUSED)


def capacity(search: Search) -> Bits | None:
    """Exclude full offers."""
    return search.labelled(labels.FULL)


def open_to_all(search: Search) -> Bits | None:
    """Exclude offers open to everyone, unless their format is requested."""
    return search.labelled(labels.OPEN_TO_ALL) & ~search.carrying("formats", search.request.formats)


def mode(search: Search) -> Bits | None:
    """Exclude offers whose modes the person does not accept."""
    if not search.request.modes:
        return None
    return search.labelled(labels.HAS_MODES) & ~search.carrying("modes", search.request.modes)


def age_band(search: Search) -> Bits | None:
    """Exclude offers for other ages."""
    band = search.request.age_band
    if band is None:
        return search.labelled(labels.MINORS_ONLY)
    return search.labelled(labels.HAS_AGE_BANDS) & ~search.carrying("age_bands", [band])


def minors_wall(search: Search) -> Bits | None:
    """For a minor, exclude peers who do not serve that age, and supporters without a guardian's consent."""
    band = search.request.age_band
    if band not in MINOR_BANDS:
        return None
    age_not_served = search.labelled(labels.PEER) & ~search.carrying("age_bands", [band])
    if search.request.guardian_consent:
        return age_not_served
    return age_not_served | search.labelled(labels.SUPPORTERS)


def endorsement(search: Search) -> Bits | None:
    """Exclude offers without their required endorsement."""
    return search.labelled(labels.UNENDORSED)


def trigger(search: Search) -> Bits | None:
    """Exclude peers with a need that the person asked to be spared."""
    if not search.request.avoid_needs:
        return None
    return search.labelled(labels.PEER) & search.carrying("needs", search.request.avoid_needs)


def restriction(search: Search) -> Bits | None:
    """Exclude offers restricted to others."""
    belongs = (*search.request.needs, *filter(None, [search.request.age_band]))
    return search.labelled(labels.RESTRICTED) & ~search.carrying("eligibility", belongs)


def only_for(search: Search) -> Bits | None:
    """Exclude offers reserved for identities other than the person's."""
    reserved = search.columns.labels.of(labels.ONLY_FOR)
    identities = search.request.identifies_as
    if reserved is None or not identities:
        return reserved
    return reserved & ~search.carrying("only_for", identities)


def certification(search: Search) -> Bits | None:
    """Exclude offers whose required certificate is not valid."""
    return search.columns.out_of_date(labels.CERTIFICATION_REQUIRED, "certified_until", search.on)


def background_check(search: Search) -> Bits | None:
    """Exclude offers whose required background check is not valid."""
    return search.columns.out_of_date(labels.CHECK_REQUIRED, "checked_until", search.on)


def schedule(search: Search, candidates: CandidateRows) -> Flags | None:
    """Exclude offers without a common half hour."""
    if not search.request.availability:
        return None
    has_hours = candidates.within(search.columns.labels.of(labels.HAS_AVAILABILITY)).view(np.bool_)
    nothing_in_common: Flags = candidates.common_slots() == 0
    return nothing_in_common & has_hours


def reach(search: Search, candidates: CandidateRows) -> Flags | None:
    """Exclude offers that can only be met in person and are too far away."""
    if search.request.near is None:
        return None
    in_person_only = _in_person_only(search)
    if in_person_only is None:
        return None
    distance_km_max = search.request.distance_km_max
    limit = np.fmin(
        search.columns.numbers["reach_km"][candidates.rows],
        np.nan if distance_km_max is None else distance_km_max,
    )
    beyond: Flags = candidates.kilometres() > limit
    return beyond & candidates.within(in_person_only).view(np.bool_)


def _in_person_only(search: Search) -> Bits | None:
    """Return the same as `eligibility.meet_in_person_only`; None for no offer."""
    modes, accepted = search.columns.facets["modes"], search.request.modes
    other_ways = accepted - {IN_PERSON} if accepted else modes.known() - {IN_PERSON}
    if accepted and IN_PERSON not in accepted:
        return None
    only = modes.any_of([IN_PERSON]) & ~modes.any_of(other_ways)
    return only | ~search.labelled(labels.HAS_MODES) if accepted == {IN_PERSON} else only


def _offers(search: Search, offers: Iterable[UUID]) -> Bits:
    return _rows(search, (row for offer in offers if (row := search.columns.row(offer)) is not None))


def _rows(search: Search, rows: Iterable[int]) -> Bits:
    return bits.bits_of(np.fromiter(rows, np.intp), search.columns.rows)


SET_RULES: Final[dict[str, SetRule]] = {
    "region": region,
    "need": need,
    "language": language,
    "consent": consent,
    "asked-before": asked_before,
    "organisation": organisation,
    "paused": paused,
    "capacity": capacity,
    "open-to-all": open_to_all,
    "mode": mode,
    "age-band": age_band,
    "minors-wall": minors_wall,
    "endorsement": endorsement,
    "trigger": trigger,
    "restriction": restriction,
    "only-for": only_for,
    "certification": certification,
    "background-check": background_check,
}
ROW_RULES: Final[dict[str, RowRule]] = {
    "schedule": schedule,
    "reach": reach,
}
