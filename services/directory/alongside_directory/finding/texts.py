"""What is indexed of a record, from its document as it is published: so nothing can be found that nobody may read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from alongside_directory.codes import RecordKind
from alongside_directory.documents import Document
from alongside_directory.finding.languages import config_of, configs_of
from alongside_directory.finding.words import END_OF_TEXT, for_stemmer, plain_words
from alongside_directory.listing.languages import read_languages

IndexedTexts: TypeAlias = Mapping[str, tuple[str, ...]]
"""By text search configuration, plain words: names; names of what belongs to it (organisation, place, terms); descriptions. The
words of a record are stemmed as each of its languages does; earlier ones count more."""


def indexed_record(
    kind: RecordKind, document: Document, service: Document | None, language: str
) -> IndexedTexts:
    """Return what is indexed of a record. `service` is that of a service at a location; `language` its region's.

    A record is in the languages of its sentences, and in its region's, in which terms and names may be. Where it has no
    sentence, it may also be in any language in which its service is given.
    """
    names, others, descriptions = _texts(kind, document, service or {})
    spoken = (service or document).get("languages", ())
    found = configs_of(descriptions) or {config_of(tag) for it in spoken for tag in _tags(it)}
    words = tuple(_joined(texts) for texts in (names, others, descriptions))
    return {
        config: tuple(for_stemmer(it, config) for it in words)
        for config in sorted({config_of(language), *found})
    }


def _joined(texts: Sequence[str]) -> str:
    return " ".join(f"{plain_words(text)} {END_OF_TEXT}" for text in texts)


def _tags(language: Document) -> frozenset[str]:
    return read_languages(language["name"]).tags


def _texts(kind: RecordKind, document: Document, service: Document) -> tuple[list[str], list[str], list[str]]:
    match kind:
        case RecordKind.SERVICE:
            others = [*_names(document.get("organization", {})), *_terms(document)]
            return _names(document), others, _values(document, "description")
        case RecordKind.SERVICE_AT_LOCATION:
            location = document.get("location", {})
            of_service = [*_names(service.get("organization", {})), *_terms(service)]
            others = [*_names(location), *_addresses(location), *of_service]
            return (
                _names(service),
                others,
                [*_values(service, "description"), *_values(location, "description")],
            )
        case RecordKind.ORGANIZATION:
            return _names(document), [], _values(document, "description")
        case RecordKind.TAXONOMY:
            return _names(document), [], []
        case RecordKind.TAXONOMY_TERM:
            return _names(document), _values(document, "code"), _values(document, "description")


def _names(document: Document) -> list[str]:
    return _values(document, "name", "alternate_name")


def _terms(service: Document) -> Iterator[str]:
    for attribute in service.get("attributes", ()):
        yield from _values(attribute["taxonomy_term"], "name", "code")


def _addresses(location: Document) -> Iterator[str]:
    for address in location.get("addresses", ()):
        yield from _values(address, "city", "postal_code")


def _values(document: Mapping[str, Any], *names: str) -> list[str]:
    return [document[name] for name in names if document.get(name)]
