"""Converts a decision to a JSON document and back without loss: how it is stored, and how other tools read it.

Sets are sorted lists, ids and days are text, availability is hexadecimal (it has more bits than a JSON number), and
floating-point numbers are written so that reading them gives the same number.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

from alongside_matching.engine.decisions.decision import Decision, Snapshot
from alongside_matching.engine.facts import Offer, Point, Request
from alongside_matching.engine.ranking import Candidate
from alongside_matching.engine.score import Rarity

Facts = TypeVar("Facts", Request, Offer)
_HEXADECIMAL: Final = "availability"


def to_document(decision: Decision, written: dict[Offer, dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a decision as JSON. `written` caches offers that other decisions of the same moment name too.

    A fact with its default value is omitted, so never change the default of a fact: stored decisions would change.
    """
    snapshot = decision.snapshot
    offers = {} if written is None else written
    return {
        "chosen": None if decision.chosen is None else str(decision.chosen),
        "policy_version": decision.policy_version,
        "eligible": decision.eligible,
        "excluded": dict(decision.excluded),
        "shares": dict(decision.shares),
        "ranked": [_ranked(candidate) for candidate in decision.ranked],
        "snapshot": {
            "on": snapshot.on.isoformat(),
            "request": _non_default_values(snapshot.request),
            "offers": [_offer(offer, offers) for offer in snapshot.offers],
            "rarity": {"pool": snapshot.rarity.pool, "holders": dict(snapshot.rarity.holders)},
        },
    }


def from_document(document: Mapping[str, Any]) -> Decision:
    """Return the decision of a document from `to_document`. A field added since then gets its default."""
    snapshot = document["snapshot"]
    return Decision(
        chosen=None if document["chosen"] is None else UUID(document["chosen"]),
        ranked=tuple(_candidate(ranked) for ranked in document["ranked"]),
        shares=document["shares"],
        eligible=document["eligible"],
        excluded=document["excluded"],
        policy_version=document["policy_version"],
        snapshot=Snapshot(
            request=_facts(Request, snapshot["request"]),
            offers=tuple(_facts(Offer, offer) for offer in snapshot["offers"]),
            rarity=Rarity(snapshot["rarity"]["pool"], snapshot["rarity"]["holders"]),
            on=date.fromisoformat(snapshot["on"]),
        ),
    )


def _offer(offer: Offer, written: dict[Offer, dict[str, Any]]) -> dict[str, Any]:
    plain = written.get(offer)
    if plain is None:
        plain = written[offer] = _non_default_values(offer)
    return plain


def _non_default_values(facts: Request | Offer) -> dict[str, Any]:
    """Return the facts that differ from their default."""
    plain = {}
    for name, field in _FIELDS[type(facts)].items():
        value = getattr(facts, name)
        if value != field.default:
            plain[name] = field.write(value)
    return plain


def _ranked(candidate: Candidate) -> dict[str, Any]:
    return {
        "offer_id": str(candidate.offer_id),
        "kind": candidate.kind,
        "points": candidate.points,
        "load": candidate.load,
        "capacity": candidate.capacity,
        "occupied": candidate.occupied,
        "factors": candidate.factors,
    }


def _facts(kind: type[Facts], plain: Mapping[str, Any]) -> Facts:
    stored = _FIELDS[kind]
    values: dict[str, Any] = {
        name: None if value is None else stored[name].read(value) for name, value in plain.items()
    }
    return kind(**values)


def _candidate(plain: Mapping[str, Any]) -> Candidate:
    return Candidate(
        **dict(plain) | {"offer_id": UUID(plain["offer_id"]), "factors": tuple(plain["factors"])}
    )


class _Field(NamedTuple):
    """One fact of a request or an offer: its default, and how it is written as JSON and read back."""

    default: Any
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


_WRITE_AND_READ: Final[Mapping[Any, tuple[Callable[[Any], Any], Callable[[Any], Any]]]] = {
    frozenset[UUID]: (lambda ids: sorted(map(str, ids)), lambda plain: frozenset(map(UUID, plain))),
    frozenset[str]: (sorted, frozenset),
    tuple[str, ...]: (list, tuple),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    date: (date.isoformat, date.fromisoformat),
    UUID: (str, UUID),
    Point: (lambda point: [point.latitude, point.longitude], lambda plain: Point(*plain)),
}
"""By the declared type of a fact; every other type is JSON already."""


def _field(name: str, default: Any, declared: Any) -> _Field:
    if name == _HEXADECIMAL:
        return _Field(default, "{:x}".format, lambda plain: int(plain, 16))
    kinds = {declared, *get_args(declared)}
    found = (functions for kind, functions in _WRITE_AND_READ.items() if kind in kinds)
    return _Field(default, *next(found, (_unchanged, _unchanged)))


def _unchanged(value: Any) -> Any:
    return value


_FIELDS: Final = {
    kind: {field.name: _field(field.name, field.default, types[field.name]) for field in fields(kind)}
    for kind, types in ((kind, get_type_hints(kind)) for kind in (Request, Offer))
}
