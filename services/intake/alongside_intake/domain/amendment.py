"""Rules on a repeat of a submission whose referral runs: a repeat is news until proved otherwise.

What is compared is what the submitter sent last, not what is known by now: a field that is sent again as before says
nothing new, and a field that is not sent is not its default. What is news changes the running request by the rule of its
field. Whatever does not is named.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from alongside_contracts.vocabulary import Urgency
from alongside_intake.domain.consent import NEEDS
from alongside_intake.domain.facts import ConsentRecord
from alongside_intake.domain.problem import Code, Problem

Fields: TypeAlias = Mapping[str, Any]
"""Fields of a submission by their names."""


class FieldRule(StrEnum):
    """What a repeat does to a field of the running request."""

    REPLACED = "replaced"
    RAISED = "raised"  # never lowered: it may have been raised for a reason that the repeat does not know
    EXTENDED = "extended"  # nothing is removed: a person might meet what they asked to be spared
    KEPT = "kept"  # another value is another submission


RULES: Final[Mapping[str, FieldRule]] = {
    "needs": FieldRule.REPLACED,
    "languages": FieldRule.REPLACED,
    "hopes": FieldRule.REPLACED,
    "formats": FieldRule.REPLACED,
    "modes": FieldRule.REPLACED,
    "urgency": FieldRule.RAISED,
    "age_band": FieldRule.REPLACED,
    "avoid_needs": FieldRule.EXTENDED,
    "interests": FieldRule.REPLACED,
    "identities": FieldRule.REPLACED,
    "identifies_as": FieldRule.REPLACED,
    "availability": FieldRule.REPLACED,
    "near": FieldRule.REPLACED,
    "distance_km_max": FieldRule.REPLACED,
    "organisations_avoided": FieldRule.EXTENDED,
    "offers_avoided": FieldRule.EXTENDED,
    "continue_with": FieldRule.REPLACED,
    "guardian_consent": FieldRule.RAISED,
    "consent_offers": FieldRule.REPLACED,
    "readiness": FieldRule.REPLACED,
    "postal_code": FieldRule.REPLACED,
    "region": FieldRule.KEPT,
    "setting": FieldRule.KEPT,
    "person_reference": FieldRule.KEPT,
}
"""The rule of each field. `reference` is what makes it a repeat; `risks` are heard first, and `consent` is decided apart."""

_REMEDIES: Final[Mapping[FieldRule, str]] = {
    FieldRule.REPLACED: "it is out of what the network serves: withdraw the submission if it no longer fits",
    FieldRule.RAISED: "a repeat never lowers it: ask a coordinator",
    FieldRule.EXTENDED: "a repeat never removes an entry: ask a coordinator",
    FieldRule.KEPT: "a repeat never changes it: withdraw this submission and send a new one under another reference",
}
_URGENCIES: Final = tuple(Urgency)


@dataclass(frozen=True, slots=True)
class Amendment:
    """The fields that a repeat changes, with their new values, and what was not taken over."""

    changes: Mapping[str, Any]
    not_taken_over: tuple[Problem, ...] = ()

    def without(self, fields: Mapping[str, str]) -> "Amendment":
        """Return the amendment without these fields, which are named with the remedy given for each."""
        named = tuple(_not_taken_over(field, remedy) for field, remedy in fields.items())
        changes = {name: value for name, value in self.changes.items() if name not in fields}
        return Amendment(changes, (*self.not_taken_over, *named))


def amend(content: Fields, sent: Fields, stated: Fields) -> Amendment:
    """Return what a repeat changes in the running request `content`. `sent` is what its submitter sent last.

    `stated` are the fields that the repeat sends, and no others.
    """
    changes: dict[str, Any] = {}
    problems = []
    for name, value in _stated(sent, stated):
        before, rule = content[name], RULES[name]
        after = _APPLY[rule](before, value)
        if after != before:
            changes[name] = after
        if after != value and not (rule is FieldRule.EXTENDED and set(after) == set(value)):
            problems.append(_not_taken_over(name, _REMEDIES[rule]))
    return Amendment(changes, tuple(problems))


def add(content: Fields, stated: Fields) -> Amendment:
    """Return what a submission under another reference adds to the running request for the same need.

    It raises and extends, and says what was not known; it replaces nothing, because nobody said that what was asked before
    no longer holds.
    """
    changes: dict[str, Any] = {}
    for name in RULES.keys() - {
        "needs",
        "region",
        "setting",
        "person_reference",
        "readiness",
        "consent_offers",
    }:
        before, value = content[name], stated.get(name)
        after = before if value is None else _added(before, value)
        if after != before:
            changes[name] = after
    return Amendment(changes)


def takes_back(consent: ConsentRecord, earlier: ConsentRecord | None, now: datetime) -> bool:
    """Return whether a record ends what the person consented to, whichever referral of theirs it was stated with.

    It refuses, names no needs, or has expired; a record signed before the one that is known says nothing new.
    """
    known = earlier.signed_at if earlier is not None else None
    if known is not None and consent.signed_at is not None and consent.signed_at < known:
        return False
    has_expired = consent.expires_at is not None and consent.expires_at <= now
    return not consent.given or NEEDS not in consent.categories or has_expired


def _stated(sent: Fields, stated: Fields) -> Iterator[tuple[str, Any]]:
    """Yield the fields that are stated differently from what was sent last. Null states nothing."""
    for name in RULES:
        value = stated.get(name)
        if value is not None and value != sent[name]:
            yield name, value


def _raised(before: Any, stated: Any) -> Any:
    if isinstance(before, Urgency):
        return max(before, stated, key=_URGENCIES.index)
    return before or stated


def _added(before: Any, stated: Any) -> Any:
    if isinstance(before, tuple):
        return _extended(before, stated)
    if isinstance(before, Urgency | bool):
        return _raised(before, stated)
    return stated if before is None else before


def _extended(before: tuple[Any, ...], stated: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*before, *(item for item in stated if item not in before))


_APPLY: Final[Mapping[FieldRule, Callable[[Any, Any], Any]]] = {
    FieldRule.REPLACED: lambda _before, stated: stated,
    FieldRule.RAISED: _raised,
    FieldRule.EXTENDED: _extended,
    FieldRule.KEPT: lambda before, _stated: before,
}


def _not_taken_over(field: str, remedy: str) -> Problem:
    return Problem(Code.NOT_TAKEN_OVER, field, remedy)
