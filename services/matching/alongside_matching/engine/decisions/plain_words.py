"""Sentences for the person about a match: how it fits *them*.

A sentence may follow only from what the person asked for and from public facts of an offer. Nothing here may depend
on which needs, interests or identities a supporter has: to a person who asked about a single need, "shares at least
one of them" reveals everything. So those factors have no sentence. Source: docs/glossary.md, *factor*.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from alongside_matching.engine.decisions.decision import Decision

_VALUE_MIN: Final = 0.5


class Sentence(StrEnum):
    """Every possible sentence, by code; a translation uses the same code."""

    OFFERED = "offered"
    SAME_LANGUAGE = "same-language"
    YOUR_FORMAT = "your-format"
    YOUR_WAY = "your-way-to-meet"
    YOUR_HOURS = "your-hours"
    NEAR_YOU = "near-you"
    SOMEBODY_YOU_KNOW = "somebody-you-know"
    YOU_MAY_DECLINE = "you-may-decline"
    NOBODY_FREE = "nobody-free"
    WE_KEEP_LOOKING = "we-keep-looking"


ENGLISH: Final[Mapping[Sentence, str]] = {
    Sentence.OFFERED: "There is a place for you with somebody who offers the support you asked for.",
    Sentence.SAME_LANGUAGE: "You can speak in a language you are at home in.",
    Sentence.YOUR_FORMAT: "It is the kind of support you asked for.",
    Sentence.YOUR_WAY: "You can meet in a way you chose.",
    Sentence.YOUR_HOURS: "There is time for it at hours that suit you.",
    Sentence.NEAR_YOU: "It is not far from where you are.",
    Sentence.SOMEBODY_YOU_KNOW: "It is the person you asked to go on with.",
    Sentence.YOU_MAY_DECLINE: "You may say no, without a reason, and we look for somebody else.",
    Sentence.NOBODY_FREE: "At the moment nobody who fits what you asked for has a place free.",
    Sentence.WE_KEEP_LOOKING: "We keep looking, and tell you as soon as somebody has.",
}

_SENTENCE_OF_FACTOR: Final[Mapping[str, Sentence]] = {
    "preferred_format": Sentence.YOUR_FORMAT,
    "preferred_mode": Sentence.YOUR_WAY,
    "availability": Sentence.YOUR_HOURS,
    "distance": Sentence.NEAR_YOU,
    "continuity": Sentence.SOMEBODY_YOU_KNOW,
}


def sentences_for_person(decision: Decision) -> tuple[Sentence, ...]:
    """Return the sentences about a decision that the person may read, in order."""
    candidate = decision.candidate
    if candidate is None:
        return (Sentence.NOBODY_FREE, Sentence.WE_KEEP_LOOKING)
    fits = (
        _SENTENCE_OF_FACTOR[factor]
        for factor, value in zip(decision.shares, candidate.factors, strict=True)
        if factor in _SENTENCE_OF_FACTOR and value >= _VALUE_MIN
    )
    return (Sentence.OFFERED, Sentence.SAME_LANGUAGE, *fits, Sentence.YOU_MAY_DECLINE)
