"""Finds codes in an event that are on no list of this process: those of a newer release, or of another region's file."""

from collections.abc import Callable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, get_args

from pydantic import BaseModel

from alongside_contracts.codes.code_lists import Codes
from alongside_contracts.codes.fields import CodeOf


def unknown_codes(event: BaseModel, codes: Codes) -> Iterator[str]:
    """Yield the name of the list for each field that holds an unknown code; fields inside lists of parts are left out."""
    for read, name in _coded_fields(type(event)):
        value = read(event)
        if value is None:
            continue
        if not codes[name].names.issuperset(value if isinstance(value, tuple) else (value,)):
            yield name


@cache
def _coded_fields(model: type[BaseModel]) -> tuple[tuple[Callable[[BaseModel], Any], str], ...]:
    return tuple((attrgetter(path), name) for path, name in _paths(model))


def _paths(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of each field with codes of an open list, such as `request.needs`, and the list's name."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _paths(field.annotation, f"{prefix}{name}.")
        else:
            metadata = (*field.metadata, *_metadata(field.annotation))
            yield from ((f"{prefix}{name}", each.name) for each in metadata if isinstance(each, CodeOf))


def _metadata(annotation: Any) -> Iterator[Any]:
    """Yield the metadata of the types inside a type, such as of the items of a tuple."""
    yield from getattr(annotation, "__metadata__", ())
    for argument in get_args(annotation):
        if not isinstance(argument, CodeOf):
            yield from _metadata(argument)
