"""Maps taxonomy terms and names to our vocabulary: needs, formats, and whether a service is a group or a hotline.

The rules are one table over AIRS/211 LA County codes, most specific first: a term's code is shortened segment by
segment (`PN-8100.1000-080`, `PN-8100.1000`, `PN-8100`, `PN`, `P`) and the first entry found decides, even "no need".
So a family is mapped in one line and its exceptions in the next. Terms without an entry, and terms of other
taxonomies, are mapped by the words of their name.

Codes in Y name the people a service is for, not what it does: a soup kitchen for veterans is not veterans' support.
They count only beside a term that supports people (`SUPPORTING`). A service without a need stays in the directory and
is never proposed.

Families and friends are not the one who drinks: what says in its name or in a term that it is for them answers
`caregiving`, and never the need of the person they care about. A line that people call at once is no offer, and a term
for such a line answers no need.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from alongside_contracts.vocabulary import Format, Need, OfferKind
from alongside_directory.listing.taxonomy_rules import (
    FORMATS,
    LINES,
    NEEDS,
    SUPPORT_GROUPS,
    SUPPORTING,
)
from alongside_directory.listing.taxonomy_words import WORDS
from alongside_publishers.families import for_families, is_fellowship_of_families, needs_of_families
from alongside_publishers.texts import fold

# A listing is a group when at least this share of its terms (without Y codes) is support groups. Below it, it is a
# service that also holds groups: a shelter with thirteen programmes is not proposed as a group.
GROUP_SHARE_MIN = 0.5
# A listing is a hotline when more than this share of its terms (without Y codes) is lines to call, or its name says so.
HOTLINE_SHARE = 0.5
_LINE = r"(?:hot|help|talk|warm|crisis|suicide|support|info|text)[ -]?lines?"
_HOTLINE = re.compile(
    rf"\b{_LINE}\b|\b(?:suicide|crisis)[^,;]{{0,30}} lifeline\b|\blinea (?:de (?:crisis|ayuda|apoyo|vida)|directa)\b"
)
_BESIDE_A_LINE = re.compile(
    rf"\b(?:shelters?|cent(?:er|re)s?|clinics?|housing|counsel(?:l?ing)?|services?|programs?|house|home|advocacy|treatment|groups?)"
    rf"\b.*(?:\band\b|[&/,+]).*\b{_LINE}\b"
)  # a shelter that also has a line
_LIFELINE = re.compile(r"\blifelines?\b")  # also a name of charities and of a telephone discount
_POPULATION = "Y"
_Value = TypeVar("_Value")
_AIRS_CODE = re.compile(r"[A-Z]{1,2}(?:-\d{4}(?:\.\d{4}(?:-\d{3}(?:\.\d{2})?)?)?)?")


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One taxonomy term of a service."""

    code: str
    name: str


def needs_of(terms: Iterable[Term], names: Iterable[str] = ()) -> frozenset[Need]:
    """Return every need that the terms of a service with these names answer; empty when it is never proposed."""
    terms, names = tuple(terms), tuple(names)
    supports = any(_entry(term.code, SUPPORTING) for term in terms)
    counted = (term for term in terms if supports or not _is_population(term))
    needs = frozenset(need for term in counted for need in _needs_of_term(term))
    return needs_of_families(needs) if is_for_families(names, needs) else needs


def is_for_families(names: Iterable[str], needs: frozenset[Need]) -> bool:
    """Return whether a service is for families and friends, by its names; without a need, by a fellowship's name only."""
    return any(is_fellowship_of_families(name) or (needs and for_families(name)) for name in names)


def is_hotline(terms: Iterable[Term], names: Iterable[str]) -> bool:
    """Return whether a service is a line that people call at once: a hotline, helpline or warmline."""
    activity_terms = [term for term in terms if not _is_population(term)]
    lines = sum(_is_line(term) for term in activity_terms)
    return lines > HOTLINE_SHARE * len(activity_terms) or any(
        _names_a_line(fold(name), lines) for name in names
    )


def formats_of(terms: Iterable[Term]) -> frozenset[Format]:
    """Return the formats the terms name; empty when the taxonomy names none."""
    formats = (_entry(term.code, FORMATS) for term in terms)
    return frozenset(format_ for format_ in formats if format_ is not None)


def kind_of(terms: Iterable[Term]) -> OfferKind:
    """Return group if most of its terms are support groups, else service."""
    activity_terms = [term for term in terms if not _is_population(term)]
    groups = sum(_is_support_group(term) for term in activity_terms)
    return (
        OfferKind.GROUP if groups and groups >= GROUP_SHARE_MIN * len(activity_terms) else OfferKind.SERVICE
    )


def _needs_of_term(term: Term) -> frozenset[Need]:
    if _is_line(term):
        return frozenset()
    codes = _entry(term.code, NEEDS)
    if codes is None:
        codes = frozenset(need for words, needs in WORDS if words.search(term.name) for need in needs)
    return needs_of_families(codes) if for_families(term.name) else codes


def _is_population(term: Term) -> bool:
    return term.code.startswith(_POPULATION) and _AIRS_CODE.fullmatch(term.code) is not None


def _names_a_line(name: str, lines: int) -> bool:
    """Return whether a folded name is that of a line; with terms for lines, also an ambiguous name."""
    if _BESIDE_A_LINE.search(name):
        return False
    return _HOTLINE.search(name) is not None or (lines > 0 and _LIFELINE.search(name) is not None)


def _is_line(term: Term) -> bool:
    by_code = _entry(term.code, LINES)
    return by_code if by_code is not None else _HOTLINE.search(fold(term.name)) is not None


def _is_support_group(term: Term) -> bool:
    if _AIRS_CODE.fullmatch(term.code):
        return term.code.startswith(SUPPORT_GROUPS)
    return re.search(r"\bsupport groups?\b", term.name, re.IGNORECASE) is not None


def _entry(code: str, rules: Mapping[str, _Value]) -> _Value | None:
    return next((rules[shorter] for shorter in _shortened(code) if shorter in rules), None)


def _shortened(code: str) -> Iterator[str]:
    """Yield the code and its parent codes, most specific first; nothing for a code of another taxonomy."""
    if not _AIRS_CODE.fullmatch(code):
        return
    ends = [end for end in (19, 16, 12, 7, 2, 1) if end <= len(code)]
    yield from dict.fromkeys([code, *(code[:end] for end in ends)])
