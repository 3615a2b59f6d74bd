"""Reads what a record says about danger, in pure functions: bytes in, named risks out, whatever else is wrong.

Readable is a text that does not say no at the key `risks`, in a list or not; and urgency `crisis`. Keys and codes are met
in any case and without accents.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from alongside_contracts.ids import REFERENCE_PATTERN, REGION_PATTERN
from alongside_contracts.vocabulary import Risk, Urgency
from alongside_intake.danger.folding import as_code, begins_a_no, fold, says_no
from alongside_intake.danger.tolerant_json import Finding, Pairs, find

RISKS, URGENCY = "risks", "urgency"
_DANGER_KEYS: Final = frozenset({RISKS, URGENCY})
_SENDER_KEYS: Final = {
    "reference": re.compile(REFERENCE_PATTERN),
    "person_reference": re.compile(REFERENCE_PATTERN),
    "region": re.compile(REGION_PATTERN),
}
WORDS_MAX: Final = 20
WORD_CHARS_MAX: Final = 500
"""How much of a sender's own words is kept."""

_EMPTY_RISKS: Final = re.compile(rb'"risks"\s*:\s*\[\s*\]')
_SEVERAL: Final = re.compile(r"[,;|\n]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


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


def may_say_more(body: bytes, risks: Collection[str], urgency: str) -> bool:
    """Return False for JSON that certainly says no more of danger than its `risks` and `urgency`, which were read as fields.

    The cheap part of the question, and enough for nearly every submission that is accepted.
    """
    if not body.isascii() or b"\\" in body:
        return True
    lower = body.lower()
    mentions = lower.count(b"risks")
    risks_are_read = not mentions or (
        mentions == 1 and (bool(risks) or _EMPTY_RISKS.search(body) is not None)
    )
    return not risks_are_read or (b"crisis" in lower and urgency != Urgency.CRISIS)


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
            words.append(_CONTROL.sub(" ", text).strip()[:WORD_CHARS_MAX])
    if any(finding.key == URGENCY and _is_crisis(finding.value, known_risks) for finding in found):
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
    match value:
        case str():
            yield value
        case bool() | int() | float():
            yield from [str(value).lower()] if value else []
        case Pairs():
            for key, item in value:
                yield from _texts_of_pair(key, item, known_risks)
        case list():
            for item in value:
                yield from _texts(item, known_risks)
        case _:
            pass  # null says nothing


def _texts_of_pair(key: str, value: Any, known_risks: Collection[str]) -> Iterator[str]:
    is_flag = isinstance(value, bool | int | float) or as_code(key) in known_risks
    if is_flag:
        yield from [key] if any(not says_no(text) for text in _texts(value, known_risks)) else []
    else:
        yield from _texts(value, known_risks)


def _is_crisis(value: Any, known_risks: Collection[str]) -> bool:
    return any(fold(text) == Urgency.CRISIS for text in _texts(value, known_risks))


def _first_text(found: Collection[Finding], key: str) -> str | None:
    """Return the outermost well-formed text at a key; None when there is none."""
    texts = (
        text
        for finding in sorted(found, key=lambda finding: finding.depth)
        if finding.key == key and not finding.cut
        for text in _texts(finding.value, ())
    )
    return next((text for text in texts if _SENDER_KEYS[key].fullmatch(text)), None)
