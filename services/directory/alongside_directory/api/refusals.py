"""Refusals of the directory's API, each with its remedy."""

from collections.abc import Collection
from uuid import UUID

from alongside_chassis.errors import HttpProblem, conflict, not_found, unprocessable
from alongside_directory.api.queries import PER_PAGE_MAX


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


def unknown_region(region: str, known: Collection[str]) -> HttpProblem:
    """The region is not in the policy file for directories."""
    return unprocessable(
        "region-unknown",
        "No such region has directories",
        detail=f"Regions with directories are {', '.join(sorted(known))}.",
        remedy=f"Correct the region, or add {region} to the file of ALONGSIDE_DIRECTORY_POLICY_FILE.",
        field="query.region",
    )


def new_source(region: str, known: Collection[str]) -> HttpProblem:
    """The region has other sources: this may be one of them, misspelt or not yet named."""
    return conflict(
        "source-new",
        "This source is not known yet",
        detail=f"{region} has directories of {', '.join(sorted(known))}.",
        remedy="Correct the source. If it is another publisher, send new_source=true; if it is one of these under a new name,"
        " rename that first (POST /directory/sources/{name}/rename).",
        field="query.source",
    )


def source_elsewhere(name: str, region: str) -> HttpProblem:
    """A source belongs to one region."""
    return conflict(
        "source-of-another-region",
        "This source belongs to another region",
        detail=f"{name} publishes for {region}.",
        remedy=f"Send its package with region={region}, or use another source name in this region.",
        field="query.source",
    )


def no_source(name: str) -> HttpProblem:
    """No source has this name."""
    return not_found(
        "source-not-found",
        "There is no such source",
        detail=f"No directory comes from {name}.",
        remedy="Take a name from GET /directory/sources.",
        field="name",
    )


def source_name_taken(name: str) -> HttpProblem:
    """The name is that of a source, or was its first name, from which its ids derive."""
    return conflict(
        "source-name-taken",
        "The name is taken",
        detail=f"{name} is or was the name of a source.",
        remedy="Use a name that no source has had.",
        field="name",
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
