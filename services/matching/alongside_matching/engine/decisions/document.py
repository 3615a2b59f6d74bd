"""Converts a decision to a JSON document and back without loss: how it is stored, and how other tools read it.

Sets are sorted lists, ids and days are text, availability is hexadecimal (it has more bits than a JSON number), and
floating-point numbers are written so that reading them gives the same number.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final, TypeVar, get_args, get_type_hints
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
    for offer in snapshot.offers:
        if offer not in offers:
            offers[offer] = _non_default_values(offer)
    return {
        "chosen": _plain(decision.chosen),
        "policy_version": decision.policy_version,
        "eligible": decision.eligible,
        "excluded": dict(decision.excluded),
        "shares": dict(decision.shares),
        "ranked": [_ranked(candidate) for candidate in decision.ranked],
        "snapshot": {
            "on": snapshot.on.isoformat(),
            "request": _non_default_values(snapshot.request),
            "offers": [offers[offer] for offer in snapshot.offers],
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


def _non_default_values(facts: Request | Offer) -> dict[str, Any]:
    """Return the facts that differ from their default."""
    values = ((name, getattr(facts, name), default) for name, default in _DEFAULTS[type(facts)])
    return {
        name: f"{value:x}" if name == _HEXADECIMAL else _plain(value)
        for name, value, default in values
        if value != default
    }


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


def _plain(value: object) -> Any:
    """Return one value of a fact as JSON."""
    match value:
        case frozenset():
            return sorted(map(str, value))
        case tuple():
            return list(value)
        case UUID():
            return str(value)
        case date():  # a datetime is one too
            return value.isoformat()
        case Point():
            return [value.latitude, value.longitude]
        case _:
            return value


def _facts(kind: type[Facts], plain: Mapping[str, Any]) -> Facts:
    types = get_type_hints(kind)
    return kind(**{name: _value(name, types[name], value) for name, value in plain.items()})


def _value(name: str, declared: Any, plain: Any) -> Any:
    """Convert a JSON value to the declared type of the fact."""
    if plain is None:
        return None
    if name == _HEXADECIMAL:
        return int(plain, 16)
    kinds = {declared, *get_args(declared)}
    for kind, read in _READERS.items():
        if kind in kinds:
            return read(plain)
    return plain


def _candidate(plain: Mapping[str, Any]) -> Candidate:
    return Candidate(
        **dict(plain) | {"offer_id": UUID(plain["offer_id"]), "factors": tuple(plain["factors"])}
    )


_READERS: Final[Mapping[Any, Any]] = {
    frozenset[UUID]: lambda plain: frozenset(map(UUID, plain)),
    frozenset[str]: frozenset,
    tuple[str, ...]: tuple,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    UUID: UUID,
    Point: lambda plain: Point(*plain),
}
_DEFAULTS: Final = {
    kind: tuple((field.name, field.default) for field in fields(kind)) for kind in (Request, Offer)
}
