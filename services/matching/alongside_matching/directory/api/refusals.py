"""What the read API refuses, each with its remedy."""

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
    """There was one, and its publisher took it off the list."""
    return HttpProblem(
        status=410,
        code="no-longer-listed",
        title="Its publisher no longer lists this",
        remedy="GET /directory/provenance/{kind}/{id} says since when.",
        field="id",
    )


def unknown_postcode() -> HttpProblem:
    """Nothing is listed there, so nobody knows where it is."""
    return unprocessable(
        "postcode-unknown",
        "The directory lists no place in this postcode",
        remedy="Send latitude and longitude instead, or a postcode nearby.",
        field="query.postcode",
    )


def distance_without_point() -> HttpProblem:
    """A distance without a point."""
    return unprocessable(
        "around-what",
        "A distance needs a point",
        remedy="Send postcode, or latitude and longitude together.",
        field="query.proximity",
    )


def too_many() -> HttpProblem:
    """More than a page holds."""
    return unprocessable(
        "too-many-per-page",
        "So many do not fit on a page",
        remedy=f"Ask for at most {PER_PAGE_MAX}, or for minimal=true, or for format=ndjson.",
        field="query.per_page",
    )


def no_import(import_id: UUID) -> HttpProblem:
    """No import has this id."""
    return not_found(
        "import-not-found",
        "There is no such import",
        detail=f"No import has the id {import_id}.",
        remedy="Use the id that POST /directory/imports answered.",
        field="import_id",
    )
