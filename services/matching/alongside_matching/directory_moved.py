"""The addresses of the directory until it became a service: each answers where it is now. For one release only."""

from typing import Final

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import APIRouter, refuses_with

_PATHS: Final = (
    *("/services", "/services/{id}", "/organizations", "/organizations/{id}"),
    *("/service_at_locations", "/service_at_locations/{id}", "/taxonomies", "/taxonomies/{id}"),
    *("/taxonomy_terms", "/taxonomy_terms/{id}", "/directory/provenance/{kind}/{id}"),
    *("/directory/imports", "/directory/imports/{id}", "/directory/imports/{id}/report"),
    *("/directory/sources", "/directory/sources/{id}/rename"),
)


def router() -> APIRouter:
    """Return the routes that point to the directory."""
    routes = APIRouter(tags=["directory"], responses=refuses_with(410))
    for path in _PATHS:
        routes.add_api_route(path, _moved, methods=["GET", "POST"], include_in_schema=False)
    return routes


async def _moved() -> None:
    raise HttpProblem(
        status=410,
        code="directory-moved",
        title="The directory is a service of its own now",
        remedy="Send the same request to the service `directory` (ALONGSIDE_DIRECTORY_URL); see docs/upgrade.md.",
    )
