"""Refusals of the directory's API, each with its remedy."""

from uuid import UUID

from alongside_chassis.errors import HttpProblem
from alongside_matching.directory.api.queries import PER_PAGE_MAX
from alongside_matching.problems import not_found, unprocessable


def not_listed() -> HttpProblem:
    """No record has this id."""
    return not_found(
        "not-listed",
        "The directory lists nothing under this id",
        remedy="Take ids from a list, such as GET /services?search=….",
        field="id",
    )


def no_longer_listed() -> HttpProblem:
    """The publisher removed the record."""
    return HttpProblem(
        status=410,
        code="no-longer-listed",
        title="The publisher no longer lists this record",
        remedy="Read since when with GET /directory/provenance/{kind}/{id}.",
        field="id",
    )


def unknown_postcode() -> HttpProblem:
    """No listed place has this postcode, so its position is unknown."""
    return unprocessable(
        "postcode-unknown",
        "The directory lists no place in this postcode",
        remedy="Send latitude and longitude instead, or a postcode nearby.",
        field="query.postcode",
    )


def distance_without_point() -> HttpProblem:
    """A distance was sent without a point."""
    return unprocessable(
        "around-what",
        "A distance needs a point",
        remedy="Send postcode, or latitude and longitude together.",
        field="query.proximity",
    )


def too_many() -> HttpProblem:
    """More than a page can hold."""
    return unprocessable(
        "too-many-per-page",
        "per_page is too large",
        remedy=f"Send per_page up to {PER_PAGE_MAX}, or minimal=true, or format=ndjson.",
        field="query.per_page",
    )


def no_import(import_id: UUID) -> HttpProblem:
    """No import has this id."""
    return not_found(
        "import-not-found",
        "There is no such import",
        detail=f"No import has the id {import_id}.",
        remedy="Use the id from the answer to POST /directory/imports.",
        field="import_id",
    )
