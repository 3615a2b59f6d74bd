"""Reads the languages in a text such as `Spanish (limited)` or `Creole with translators as needed`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpokenLanguages:
    """Language tags (BCP 47: ISO 639-1 where there is one), and whether an interpreter is available for others."""

    tags: frozenset[str]
    interpreter: bool


def read_languages(text: str, code: str = "") -> SpokenLanguages:
    """Read one language row; a well-formed `code` (HSDS 3.0) is added to the text. Returns no tags if none is
    recognised."""
    # A translated leaflet or website does not mean that somebody speaks the language.
    spoken_text = _WRITTEN_ONLY.sub(" ", text)
    tags = {_TAGS[name.lower()] for name in _NAME.findall(spoken_text)}
    if _TAG.fullmatch(code.strip()):
        tags.add(code.strip().split("-")[0].lower())
    return SpokenLanguages(tags=frozenset(tags), interpreter=_INTERPRETER.search(text) is not None)


# "Creole" alone is Haitian Creole in the directories of Florida and the north-east; a directory that means another
# should say so in the `code` column.
_TAGS: Mapping[str, str] = {
    "american sign language": "ase", "asl": "ase", "sign language": "ase",
    "arabic": "ar", "armenian": "hy", "bengali": "bn", "bosnian": "bs", "bulgarian": "bg", "burmese": "my",
    "cantonese": "yue", "chinese": "zh", "mandarin": "zh", "taiwanese": "nan",
    "haitian creole": "ht", "haitian-creole": "ht", "creole": "ht", "kreyol": "ht", "kreyòl": "ht",
    "croatian": "hr", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "ingles": "en", "inglés": "en",
    "farsi": "fa", "persian": "fa", "dari": "prs", "finnish": "fi",
    "french": "fr", "francais": "fr", "français": "fr",
    "german": "de", "greek": "el", "gujarati": "gu", "hebrew": "he", "hindi": "hi", "hmong": "hmn",
    "hungarian": "hu", "icelandic": "is", "indonesian": "id", "italian": "it", "japanese": "ja", "khmer": "km",
    "cambodian": "km", "korean": "ko", "kurdish": "ku", "lao": "lo", "malayalam": "ml", "navajo": "nv", "nepali": "ne",
    "norwegian": "no", "pashto": "ps", "polish": "pl", "portuguese": "pt", "punjabi": "pa", "romanian": "ro",
    "russian": "ru", "samoan": "sm", "serbian": "sr", "sindhi": "sd", "somali": "so",
    "spanish": "es", "espanol": "es", "español": "es", "castellano": "es",
    "swahili": "sw", "swedish": "sv", "tagalog": "tl", "filipino": "fil", "tamil": "ta", "telugu": "te", "thai": "th",
    "tigrinya": "ti", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
    "yiddish": "yi", "yoruba": "yo", "zulu": "zu", "amharic": "am",
}  # fmt: skip

_NAME = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, _TAGS), key=len, reverse=True)) + r")\b", re.IGNORECASE
)
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_WRITTEN_ONLY = re.compile(
    r"\b\w+ ?\((?:website|publications only)\)|\(\w+ - publications only\)"
    r"|(?:written )?(?:materials|applications|publications|resources) available in:?(?: \w+)?(?: only)?",
    re.IGNORECASE,
)
_INTERPRETER = re.compile(
    r"inter?pret|intepret|trans?lat|tranlat|language line|\bothers?\b|languages", re.IGNORECASE
)
