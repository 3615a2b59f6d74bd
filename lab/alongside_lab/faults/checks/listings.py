"""Checks the stream of listings: what the directory has stored is what it announced last and what matching has heard."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from alongside_lab.faults.evidence.evidence import (
    LISTINGS,
    Evidence,
    Finding,
    FindingKind,
    Row,
    StreamEvent,
    grouped,
)

Versions: TypeAlias = Mapping[str, tuple[int, str | None]]
"""The sequence of each listing's newest state, and the effect of its withdrawal, if any."""
_EXAMPLES: Final = 3


def every_listing_is_announced(evidence: Evidence) -> Iterator[Finding]:
    """The newest event of each listing on its stream carries the state that the directory has stored."""
    newest = {event.key: _announced(event) for event in _on_stream(evidence)}
    yield from _differences(_stored(evidence.directory_listings), newest, "on the stream")


def matching_has_heard_every_listing(evidence: Evidence) -> Iterator[Finding]:
    """Matching has stored the same state of each listing as the directory."""
    at_matching = _stored(evidence.heard_listings)
    yield from _differences(_stored(evidence.directory_listings), at_matching, "at matching")


def listings_are_in_order(evidence: Evidence) -> Iterator[Finding]:
    """The sequence of a listing rises with each event of it; an event that was sent twice counts once."""
    for key, events in grouped(_on_stream(evidence), lambda event: event.key).items():
        sequences = [_announced(event)[0] for event in events]
        if any(after <= before for before, after in pairwise(sequences)):
            yield Finding(FindingKind.OUT_OF_ORDER, key, f"the sequences of its listing are {sequences}")


def _differences(stored: Versions, found: Versions, where: str) -> Iterator[Finding]:
    """Yield one finding for each kind of difference: hundreds of listings may have the same cause."""
    other = {key for key in stored.keys() & found.keys() if stored[key] != found[key]}
    violations: tuple[tuple[Iterable[str], str], ...] = (
        (stored.keys() - found.keys(), f"are not {where}"),
        (found.keys() - stored.keys(), f"are {where} and not at the directory"),
        (other, f"are in another state {where} than at the directory"),
    )
    for keys, what in violations:
        if ordered := sorted(keys):
            examples = ", ".join(ordered[:_EXAMPLES])
            yield Finding(FindingKind.DIRECTORY, "listings", f"{len(ordered)} listings {what}: {examples}")


def _on_stream(evidence: Evidence) -> Iterator[StreamEvent]:
    return (event for event in evidence.distinct_events if event.position.topic == LISTINGS)


def _announced(event: StreamEvent) -> tuple[int, str | None]:
    return event.facts["listing"]["sequence"], event.facts.get("effect")


def _stored(rows: Iterable[Row]) -> Versions:
    return {f"{row['source']}/{row['source_id']}": (row["sequence"], row["effect"]) for row in rows}
