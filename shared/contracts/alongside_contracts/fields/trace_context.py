"""The trace context that comes in over HTTP or Kafka, by one rule: W3C Trace Context, level 1.

An invalid `traceparent`, or more than one, begins a new trace; an invalid `tracestate` is left out and the trace goes on.
"""

import re
from collections.abc import Sequence
from typing import Final

TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
TRACESTATE_CHARS_MAX: Final = 512
"""What is passed on, at every hop; the standard asks for no more."""
TRACESTATE_MEMBERS_MAX: Final = 32
TRACEPARENT_CHARS_MAX: Final = 512
"""Versions to come may be longer than 00, which has 55 characters."""
LONG_MEMBER_CHARS: Final = 128
"""Longer members are left out first, as the standard asks."""

_OWS: Final = " \t"
_VERSION_00: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_LATER_VERSION: Final = re.compile(
    r"(?!00|ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?:-.*)?"
)
_KEY: Final = r"(?:[a-z][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})"
_MEMBER: Final = re.compile(rf"({_KEY})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{{0,255}}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")


def trace_context(parents: Sequence[str], states: Sequence[str]) -> dict[str, str]:
    """Return the headers to work with and to pass on, from the values of each header in their order; empty for a new trace."""
    parent = _parent(parents[0].strip(_OWS)) if len(parents) == 1 else None
    if parent is None:
        return {}
    state = _state(states) if states else ""
    return {TRACEPARENT: parent, TRACESTATE: state} if state else {TRACEPARENT: parent}


def _parent(text: str) -> str | None:
    """Return a `traceparent` as version 00 writes it, which is what we know of a later version."""
    if _VERSION_00.fullmatch(text):
        return text
    later = _LATER_VERSION.fullmatch(text) if len(text) <= TRACEPARENT_CHARS_MAX else None
    return later and f"00-{later[1]}"


def _state(states: Sequence[str]) -> str:
    """Return the members of every `tracestate` in one, as many as fit; empty when one is invalid or one key comes twice."""
    members = [member for text in states for part in text.split(",") if (member := part.strip(_OWS))]
    if len(members) > TRACESTATE_MEMBERS_MAX:
        return ""
    keys = [matched[1] for member in members if (matched := _MEMBER.fullmatch(member))]
    if len(keys) != len(members) or len(set(keys)) != len(keys):
        return ""
    return ",".join(_fitting(members))


def _fitting(members: list[str]) -> list[str]:
    """Leave out long members, then the last ones, until the rest is short enough."""
    if _chars(members) > TRACESTATE_CHARS_MAX:
        members = [member for member in members if len(member) <= LONG_MEMBER_CHARS]
    while _chars(members) > TRACESTATE_CHARS_MAX:
        members = members[:-1]
    return members


def _chars(members: Sequence[str]) -> int:
    return sum(map(len, members)) + len(members) - 1
