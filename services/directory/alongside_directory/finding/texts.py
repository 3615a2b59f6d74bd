"""What is indexed of a record, from its document as it is published: so nothing can be found that nobody may read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from alongside_directory.codes import RecordKind
from alongside_directory.documents import Document
from alongside_directory.finding.languages import config_of, configs_of
from alongside_directory.finding.words import for_stemmer, plain_words
from alongside_directory.listing.languages import read_languages

Texts: TypeAlias = tuple[str, str, str]
"""Plain words: names; names of what belongs to it (organisation, place, terms); descriptions. Earlier ones count more."""


@dataclass(frozen=True, slots=True)
class IndexedRecord:
    """The texts of one record by text search configuration: its words are stemmed as each of its languages does."""

    texts: Mapping[str, Texts]


def indexed_record(
    kind: RecordKind, document: Document, service: Document | None, language: str
) -> IndexedRecord:
    """Return what is indexed of a record. `service` is that of a service at a location; `language` its region's.

    A record is in the languages of its sentences, and in its region's, in which terms and names may be. Where it has no
    sentence, it may also be in any language in which its service is given.
    """
    names, others, descriptions = _texts(kind, document, service or {})
    spoken = (service or document).get("languages", ())
    found = configs_of(descriptions) or {config_of(tag) for it in spoken for tag in _tags(it)}
    words = tuple(plain_words(" . ".join(texts)) for texts in (names, others, descriptions))
    return IndexedRecord(
        {
            config: (
                for_stemmer(words[0], config),
                for_stemmer(words[1], config),
                for_stemmer(words[2], config),
            )
            for config in sorted({config_of(language), *found})
        }
    )


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
