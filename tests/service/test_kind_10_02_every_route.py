"""No route takes a bare text, time or day, or reads leniently: what cannot be stored, shown or reckoned with is refused."""

import importlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, get_args, get_origin

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel

from alongside_chassis.http import APIRouter, StrictRoute
from alongside_chassis.service import make_http_app
from alongside_contracts.codes.fields import CodeOf
from alongside_contracts.fields.addresses import AddressText
from alongside_contracts.fields.texts import Name, Prose
from alongside_contracts.fields.times import Day, Moment
from alongside_contracts.services import SERVICES
from tests.conftest import PERSON_KEY

CHECKED_WHOLE = ("cursor", "Idempotency-Key")
"""Opaque, and checked as a whole: `decode_cursor` and `CommandRunner` do it."""
READ_BY_THEIR_OWN_RULES = {"POST /groups/imports: body", "POST /decisions/try: body.policies"}
"""Documents of other people's making: each entry is checked where it is read."""
REMEDY = "give it Name, Prose or a pattern (fields/texts.py), Moment or Day (fields/times.py)"


@pytest.mark.parametrize("service", SERVICES)
def test_every_text_and_time_that_comes_in_has_a_type_that_bounds_it(service: str) -> None:
    bare = sorted(place for place in bare_places(service) if place not in READ_BY_THEIR_OWN_RULES)

    assert bare == [], REMEDY


def test_a_bare_text_in_a_new_form_is_found() -> None:
    class Form(BaseModel):
        names: tuple[Annotated[str, Name(9)], ...]
        notes: list[str] | None
        at: datetime
        until: Moment | None
        anything: dict[str, Any]

    assert sorted(bare_in(Form, (), "form")) == ["form.anything", "form.at", "form.notes"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_reads_its_requests_strictly(service: str) -> None:
    lenient = [
        route.path
        for route in iter_route_contexts(app_of(service).routes)
        if isinstance(route.original_route, APIRoute) and not isinstance(route.original_route, StrictRoute)
    ]

    assert lenient == [], "make its router with alongside_chassis.http.APIRouter"


def app_of(service: str) -> FastAPI:
    """Return the HTTP application of a service, with every route it has."""
    settings: dict[str, Any] = {"database_url": "postgresql://nowhere/nothing", "service_token": "t"}
    if service == "intake":
        settings["person_key"] = PERSON_KEY
    package = f"alongside_{service}"
    chosen = importlib.import_module(f"{package}.settings").Settings(**settings)
    return make_http_app(importlib.import_module(f"{package}.app").service(chosen), TracerProvider())


def bare_places(service: str) -> Iterator[str]:
    """Yield every place in a request to a service where a bare text, time or day may be."""
    for route in iter_route_contexts(app_of(service).routes):
        if isinstance(dependant := getattr(route, "dependant", None), Dependant):
            for method in sorted(route.methods or ()):
                yield from bare_in_request(dependant, f"{method} {route.path}")


def bare_in_request(dependant: Dependant, where: str) -> Iterator[str]:
    """Yield the bare places of a route and of everything it depends on."""
    for kind in ("path", "query", "header", "cookie", "body"):
        for parameter in getattr(dependant, f"{kind}_params"):
            if parameter.alias not in CHECKED_WHOLE:
                field = parameter.field_info
                place = f"{where}: {kind}" if kind == "body" else f"{where}: {parameter.name}"
                yield from bare_in(field.annotation, field.metadata, place)
    for inner in dependant.dependencies:
        yield from bare_in_request(inner, where)


def bare_in(annotation: Any, metadata: Any, place: str) -> Iterator[str]:
    """Yield the places of bare texts, times and days in a type."""
    if get_origin(annotation) is Annotated:
        annotation, *inner = get_args(annotation)
        yield from bare_in(annotation, [*metadata, *inner], place)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if name not in CHECKED_WHOLE:
                yield from bare_in(field.annotation, field.metadata, f"{place}.{name}")
    elif annotation is str:
        yield from [] if any(map(bounds_a_text, metadata)) else [place]
    elif annotation in (datetime, date):
        bounds = (*get_args(Moment)[1:], *get_args(Day)[1:])
        yield from [] if any(each in bounds for each in metadata) else [place]
    elif annotation is Any:
        yield place
    elif not isinstance(annotation, str):
        yield from {found for each in get_args(annotation) for found in bare_in(each, metadata, place)}


def bounds_a_text(metadata: Any) -> bool:
    """Return whether this part of a type says which characters a text may have."""
    return (
        isinstance(metadata, AddressText | CodeOf | Name | Prose)
        or getattr(metadata, "pattern", None) is not None
    )


def test_a_route_with_a_bare_query_parameter_is_found() -> None:
    routes = APIRouter()

    @routes.get("/new")
    async def new(word: str, named: Annotated[str, Name(9)], cursor: str) -> None:
        """Take texts."""

    (route,) = iter_route_contexts(routes.routes)

    assert list(bare_in_request(route.dependant, "GET /new")) == ["GET /new: word"]
