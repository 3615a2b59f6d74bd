"""Reads what a record says about danger, in pure functions: bytes in, named risks out, whatever else is wrong.

Readable is a text that does not say no at the key `risks`, in a list or not; and urgency `crisis`. Keys and codes are met
in any case and without accents.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

from alongside_contracts.ids import REFERENCE_PATTERN, REGION_PATTERN
from alongside_contracts.vocabulary import Risk, Urgency
from alongside_intake.danger.broken_value import CLOSERS, Pairs
from alongside_intake.danger.folding import as_code, begins_a_no, fold, says_no
from alongside_intake.danger.tolerant_json import BASE64_KEY, Finding, find, value_at

RISKS, URGENCY = "risks", "urgency"
_DANGER_KEYS: Final = frozenset({RISKS, URGENCY})
_SENDER_KEYS: Final = {
    "reference": re.compile(REFERENCE_PATTERN),
    "person_reference": re.compile(REFERENCE_PATTERN),
    "region": re.compile(REGION_PATTERN),
}
_REFERENCE_KEYS: Final = frozenset({"reference", "person_reference"})
WORDS_MAX: Final = 20
WORD_CHARS_MAX: Final = 500
"""How much of a sender's own words is kept."""

_EMPTY_RISKS: Final = re.compile(rb'"risks"\s*:\s*\[\s*\]')
_BASE64_KEY: Final = BASE64_KEY.encode()
_SEVERAL: Final = re.compile(r"[,;|\n]+")
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
"""What cannot be stored or shown: control characters, and halves of pairs that some escapes leave behind."""
_CRISIS_BEGINS: Final = "cri"
"""What must be left of the urgency in a record that was cut off; no other urgency begins so."""


@dataclass(frozen=True, slots=True)
class Danger:
    """The risks that were read, as codes, and what else could be read of the submission.

    `words` are the sender's own, for `unrecognised-risk`: they may identify a person and are only ever stored sealed.
    """

    risks: frozenset[str]
    words: tuple[str, ...] = ()
    reference: str | None = None
    person_reference: str | None = None
    region: str | None = None

    def has_new_words(self, said: Collection[str]) -> bool:
        """Return whether some of its words are not among those `said` before, in whatever case and accents."""
        return not {fold(word) for word in self.words} <= {fold(word) for word in said}


def may_say_more(body: bytes, risks: Collection[str], urgency: str) -> bool:
    """Return False for JSON that certainly says no more of danger than its `risks` and `urgency`, which were read as fields.

    The cheap part of the question, and enough for nearly every submission that is accepted.
    """
    lower = body.lower()
    if not body.isascii() or b"\\" in body or _BASE64_KEY in lower:
        return True
    mentions = lower.count(b"risks")
    risks_are_read = not mentions or (
        mentions == 1 and (bool(risks) or _EMPTY_RISKS.search(body) is not None)
    )
    return not risks_are_read or (b"crisis" in lower and urgency != Urgency.CRISIS)


@dataclass(frozen=True, slots=True)
class References:
    """Every reference that could be read in a body, whatever else is wrong with it."""

    people: frozenset[str]
    submissions: frozenset[str]


def read_references(body: bytes) -> References:
    """Return the references that can be read in the first 256 KiB of `body`. Raises nothing."""
    found = find(body, _REFERENCE_KEYS)
    texts: dict[str, set[str]] = {key: set() for key in _REFERENCE_KEYS}
    for finding in found:
        texts[finding.key].update(filter(_SENDER_KEYS[finding.key].fullmatch, _texts(finding.value, ())))
    return References(frozenset(texts["person_reference"]), frozenset(texts["reference"]))


def read_danger(body: bytes, known_risks: Collection[str]) -> Danger | None:
    """Return the danger that can be read in the first 256 KiB of `body`, or None. Raises nothing."""
    found = find(body, _DANGER_KEYS | _SENDER_KEYS.keys())
    risks, words = set[str](), list[str]()
    for text in (
        text for finding in found if finding.key == RISKS for text in _answers(finding, known_risks)
    ):
        code = as_code(text)
        risks.add(code if code in known_risks else Risk.UNRECOGNISED_RISK)
        if code not in known_risks:
            words.append(_NO_TEXT.sub(" ", text).strip()[:WORD_CHARS_MAX])
    if any(finding.key == URGENCY and _is_crisis(finding, known_risks) for finding in found):
        risks.add(Risk.CRISIS_URGENCY)
    if not risks:
        return None
    return Danger(
        frozenset(risks),
        tuple(dict.fromkeys(words))[:WORDS_MAX],
        **{key: _first_text(found, key) for key in _SENDER_KEYS},
    )


def _answers(finding: Finding, known_risks: Collection[str]) -> Iterator[str]:
    """Yield the answers at the key `risks` that do not say no, each risk of a list apart."""
    texts = list(_texts(finding.value, known_risks))
    for index, text in enumerate(texts):
        if says_no(text):
            continue
        parts = [part for part in _SEVERAL.split(text) if not says_no(part)]
        if finding.cut and index == len(texts) - 1 and parts and _may_be_no(parts[-1], known_risks):
            del parts[-1]
        yield from parts


def _may_be_no(cut_text: str, known_risks: Collection[str]) -> bool:
    """Return whether an answer that was cut off began to say no, and could not have become a known risk."""
    return begins_a_no(cut_text) and not any(code.startswith(as_code(cut_text)) for code in known_risks)


def _texts(value: Any, known_risks: Collection[str]) -> Iterator[str]:
    """Yield the texts of a value; a flag is named by its key, such as `{"danger-to-self": true}`."""
    waiting = [("", value)]
    while waiting:
        key, item = waiting.pop()
        if key and (isinstance(item, bool | int | float) or as_code(key) in known_risks):
            yield from [key] if any(not says_no(text) for text in _texts(item, ())) else []
        elif (items := _items(item)) is not None:
            waiting.extend(reversed(items))
        elif isinstance(item, str):
            yield item
        elif isinstance(item, int | float) and item and not isnan(item):  # tables write NaN for an empty cell
            yield str(item).lower()


def _items(value: Any) -> Sequence[tuple[str, Any]] | None:
    """Return the items of a list or object with their keys, also when it is written as a text; None for any other value."""
    if isinstance(value, str) and value.lstrip()[:1] in CLOSERS:
        found = value_at(value, 0)
        value = None if value[found.end :].strip() else found.value
    if isinstance(value, Pairs):
        return value
    return [("", item) for item in value] if isinstance(value, list) else None


def _is_crisis(finding: Finding, known_risks: Collection[str]) -> bool:
    codes = [as_code(part) for text in _texts(finding.value, known_risks) for part in _SEVERAL.split(text)]
    if (
        finding.cut
        and codes
        and codes[-1].startswith(_CRISIS_BEGINS)
        and Urgency.CRISIS.startswith(codes[-1])
    ):
        return True
    return Urgency.CRISIS in codes


def _first_text(found: Collection[Finding], key: str) -> str | None:
    """Return the outermost well-formed text at a key; None when there is none."""
    texts = (
        text
        for finding in sorted(found, key=lambda finding: finding.depth)
        if finding.key == key and not finding.cut
        for text in _texts(finding.value, ())
    )
    return next((text for text in texts if _SENDER_KEYS[key].fullmatch(text)), None)
