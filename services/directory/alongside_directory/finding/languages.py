"""In which languages a record is written, so that each word is stemmed as its language does."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Final

from py3langid.langid import MODEL_FILE, LanguageIdentifier

SIMPLE: Final = "simple"
"""PostgreSQL's configuration without a stemmer."""
CONFIGS: Final[Mapping[str, str]] = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hi": "hindi", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
"""The text search configuration of PostgreSQL by language (ISO 639-1)."""
_UNSTEMMED: Final = frozenset(
    {"am", "bn", "fa", "he", "ht", "ja", "km", "ko", "pl", "so", "tl", "uk", "ur", "vi", "zh"}
)
"""Other languages that a text may be in, so that it is not taken for one of those."""
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")
_SENTENCE_CHARS_MIN: Final = 40
"""Shorter texts do not show their language: names, titles."""
_CONFIDENCE_MIN: Final = 0.8
"""Of all sentences of Miami's directory, those above it were in the language found (decision 0043)."""


def config_of(language: str) -> str:
    """Return the text search configuration for a language, such as `spanish` for `es` and `es-MX`; `simple` when there is none."""
    return CONFIGS.get(language.partition("-")[0], SIMPLE)


def configs_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the configurations for the languages in which the sentences of texts are; none when all are too short to tell."""
    sentences = (sentence for text in texts for sentence in _SENTENCE_END.split(text))
    found = {_language_of(sentence) for sentence in sentences if len(sentence) >= _SENTENCE_CHARS_MIN}
    return frozenset(config_of(language) for language in found if language)


@lru_cache(maxsize=20_000)  # directories repeat texts
def _language_of(sentence: str) -> str | None:
    language, confidence = _identifier().classify(sentence)
    return str(language) if confidence >= _CONFIDENCE_MIN else None


@cache
def _identifier() -> LanguageIdentifier:
    """Return the language identifier. Its model takes 0.6 s and 75 MB, so it is loaded when something is indexed."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(CONFIGS.keys() | _UNSTEMMED)
    return identifier
