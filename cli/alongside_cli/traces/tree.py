"""A trace as a tree of spans, the calls between its services, and whether it covers all services. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from alongside_cli.traces.model import Span
from alongside_contracts.streams import INTAKE, MATCHING, NOTIFICATIONS, REFERRALS

REFERRAL_PATH = (INTAKE, MATCHING, REFERRALS, NOTIFICATIONS)
"""The services that every referral passes; others may receive its events as well."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A span and its depth in the tree; `orphan` means that its parent is missing."""

    span: Span
    depth: int
    orphan: bool = False


def branches(spans: Iterable[Span]) -> tuple[Branch, ...]:
    """Return the spans of one trace, each exactly once, parents before children, siblings by start.

    Spans without their parent are roots; so is the earliest span of a parent cycle, which only a faulty exporter sends.
    """
    by_id = {span.span_id: span for span in sorted(spans, key=_by_start, reverse=True)}
    ordered = sorted(by_id.values(), key=_by_start)
    children = _children(ordered)
    visited: set[str] = set()
    tree_branches: list[Branch] = []
    roots = [span for span in ordered if span.parent_id not in by_id]
    for root in [*roots, *ordered]:
        if root.span_id not in visited:
            tree_branches.extend(_walk(root, children, visited))
    return tuple(tree_branches)


def edges(spans: Iterable[Span]) -> set[tuple[str, str]]:
    """Return (parent service, child service) for every direct parent and child in different services."""
    spans = tuple(spans)
    by_id = {(span.trace_id, span.span_id): span for span in spans}
    parents = ((by_id.get((span.trace_id, span.parent_id or "")), span) for span in spans)
    steps = {(parent.service, child.service) for parent, child in parents if parent is not None}
    return {(parent, child) for parent, child in steps if parent != child}


def is_complete(spans: Iterable[Span], path: Sequence[str] = REFERRAL_PATH) -> bool:
    """Return whether one trace has, for each two neighbours on the path, a span of the second directly below one of the first.

    Service names are compared exactly. Spans of several traces may be passed; the traces are not combined.
    """
    steps = set(pairwise(path))
    return any(steps <= edges(trace) for trace in traces(spans))


def traces(spans: Iterable[Span]) -> tuple[tuple[Span, ...], ...]:
    """Group the spans by trace, the earliest trace first."""
    by_trace: defaultdict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=_by_start):
        by_trace[span.trace_id].append(span)
    return tuple(tuple(trace) for trace in by_trace.values())


def _by_start(span: Span) -> tuple[int, str]:
    return span.start_ns, span.span_id


def _children(ordered: Sequence[Span]) -> Mapping[str | None, list[Span]]:
    children: defaultdict[str | None, list[Span]] = defaultdict(list)
    for span in ordered:
        children[span.parent_id].append(span)
    return children


def _walk(root: Span, children: Mapping[str | None, list[Span]], visited: set[str]) -> Iterator[Branch]:
    """Walk depth-first without recursion: a trace may be deeper than Python's stack."""
    stack = [Branch(root, depth=0, orphan=root.parent_id is not None)]
    while stack:
        branch = stack.pop()
        if branch.span.span_id in visited:
            continue
        visited.add(branch.span.span_id)
        yield branch
        children_of_branch = children.get(branch.span.span_id, [])
        stack.extend(Branch(child, branch.depth + 1) for child in reversed(children_of_branch))
