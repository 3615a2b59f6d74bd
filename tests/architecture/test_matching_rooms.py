"""The rooms of matching: what each may use of the others, and which of them writes which column of an offer."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.util import find_spec

from tests.architecture.source import Source, package_sources, report

MATCHING = "alongside_matching"
ROOMS = {"allocation", "catalogue", "groups", "listings"}
SEAMS: dict[tuple[str, str], set[str]] = {
    ("allocation", "catalogue"): {"store.offers.find_awaited"},
    ("allocation", "groups"): {"calendar.next_meetings"},
    ("catalogue", "allocation"): {"waitlist_timer.sweep_soon", "waitlist.propose_freed_offer"},
    ("catalogue", "groups"): {"group_review.review_groups"},
    ("catalogue", "listings"): {"offers_of_listings.follow_again"},
    ("groups", "allocation"): {"rules.waiting.RequestState", "store.requests.lock_one"},
    ("groups", "catalogue"): {
        "api.offer_fields.Places", "api.offer_fields.Strict", "api.refusals.batch_refused", "api.refusals.no_offer",
        "offer_updates.Conflict", "offer_updates.add_many", "offer_updates.lock_offer", "offer_updates.review_and_propose", "review_timer.set_review_timer",
        "offer_review.review", "store.offer_batches.Added", "store.offer_batches.NewOffer", "store.offer_batches.lock_existing",
        "rules.pauses.KEPT_BY_STAFF", "rules.pauses.KEPT_REMEDY", "rules.pauses.too_many_missing", "store.kept.SCHEDULE", "store.kept.keep",
        "store.offer_batches.ExistingOffer", "store.offer_batches.find_missing", "store.offer_batches.withdraw",
        "rules.pauses.after_review", "store.offers.StoredOffer", "store.offers.set_group_availability", "store.offers.pauses", "store.offers.set_place_closed", "store.offers.view",
    },
    ("listings", "catalogue"): {
        "listed_offers.NewOffer", "listed_offers.PausedBecause", "listed_offers.add_listed_offers", "listed_offers.rewrite", "listed_offers.sweep_soon",
        "listed_offers.lock", "listed_offers.withdraw",
    },
}  # fmt: skip
"""What one room may use of another. A new line here is a decision."""
PLACES = {"held", "taken"}
UPSERTS = re.compile(
    r"\binsert\s+into\s+offer\b.*?\bdo\s+update\s+set\s+(.*?)\s+(?:where|returning)\b", re.DOTALL
)
UPDATES = re.compile(
    r"\bupdate\s+offer(?:\s+(?:as\s+)?\w+)?\s+set\s+(.*?)(?:\s+(?:from|where|returning)\s+(?!offer\.id)|$)",
    re.DOTALL,
)
INSERTS = re.compile(r"\binsert\s+into\s+offer\s*\((.*?)\)", re.DOTALL)


def test_a_room_uses_of_another_only_what_is_agreed() -> None:
    used = defaultdict(set)
    for source in rooms_of_matching():
        for other, name in of_other_rooms(source):
            used[room_of(source), other].add(name)

    assert dict(used) == SEAMS, report(
        sorted(
            f"{a} -> {b}: {name}"
            for (a, b), names in used.items()
            for name in names ^ SEAMS.get((a, b), set())
        ),
        "go through a function that is there, or agree on another line of SEAMS; what nobody uses goes",
    )


def test_only_the_catalogue_writes_offers_and_only_allocation_their_places() -> None:
    written = defaultdict(set)
    for source in package_sources():
        for column in columns_of_offer(source.tree) if source.package == MATCHING else ():
            written[source.path_in_package if column in PLACES else room_of(source)].add(column)

    assert written.keys() == {"catalogue", "allocation/store/places.py"}
    assert written["allocation/store/places.py"] == PLACES
    assert written["catalogue"] >= {"capacity", "capacity_limit", "availability", "needs"}
    assert written["catalogue"] >= {"paused_because", "place_closed"}


def test_places_are_written_by_one_statement() -> None:
    places = next(s for s in rooms_of_matching() if s.path_in_package == "allocation/store/places.py")
    statements = [text for text in texts(places.tree) if "update offer" in text]

    assert len(statements) == 1, report(statements, "compose it from `_MOVE`")


def rooms_of_matching() -> Iterator[Source]:
    """Walk the files of rooms."""
    return (source for source in package_sources() if source.package == MATCHING and room_of(source) in ROOMS)


def room_of(source: Source) -> str:
    """Name the folder of matching that a file is in."""
    return source.path_in_package.split("/")[0]


def of_other_rooms(source: Source) -> Iterator[tuple[str, str]]:
    """Walk what a file uses of other rooms: `room`, and the name below it; of a module, what is looked up in it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (
                (alias.name, "imported as a whole") for alias in node.names if alias.name.startswith(MATCHING)
            )
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(MATCHING):
            continue
        if node.module == MATCHING:
            yield from ((alias.name, "imported as a whole") for alias in node.names if alias.name in ROOMS)
        room, _, inside = (node.module or "").removeprefix(f"{MATCHING}.").partition(".")
        if room not in ROOMS or room == room_of(source):
            continue
        for alias in node.names:
            full = f"{inside}.{alias.name}".strip(".")
            for name in looked_up(source.tree, alias.asname or alias.name) if is_module(room, full) else [""]:
                yield room, f"{full}.{name}".rstrip(".")


def is_module(room: str, inside: str) -> bool:
    """Tell whether a dotted name below a room is a module."""
    try:
        return find_spec(f"{MATCHING}.{room}.{inside}") is not None
    except ModuleNotFoundError:
        return False


def looked_up(tree: ast.Module, module: str) -> set[str]:
    """List the names that a file looks up in a module it imported."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }


def columns_of_offer(tree: ast.Module) -> Iterator[str]:
    """Walk the columns of `offer` that statements in a file write."""
    for text in texts(tree):
        for clause in (*UPDATES.findall(text), *UPSERTS.findall(text)):
            yield from re.findall(r"(?:^|,)\s*(\w+)\s*=", clause)
        for listed in INSERTS.findall(text):
            yield from (column.strip() for column in listed.split(","))


def texts(tree: ast.Module) -> Iterator[str]:
    """Walk constant texts; of formatted ones the constant parts, joined."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=values):
                yield "…".join(str(part.value) for part in values if isinstance(part, ast.Constant))
            case ast.Constant(value=str(text)) if id(node) not in parts:
                yield text
