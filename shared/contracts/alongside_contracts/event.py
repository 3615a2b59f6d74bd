"""The base of every event: a past-tense fact, made of ids and codes, on one stream, with one key.

A class that inherits from `Event` and names its `type` is registered; `registry.py` lists and finds them.
Contracts grow, never bend: add optional fields and examples; a breaking change is a new type beside the old.
"""

import re
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from alongside_contracts.errors import MalformedEvent
from alongside_contracts.streams import Stream
from alongside_contracts.vocabulary import ProblemCode

TYPE_PREFIX: Final = "org.alongside."
_TYPE: Final = re.compile(r"org\.alongside\.[a-z-]+\.[a-z-]+\.v[1-9][0-9]*")
contracts_by_type: Final[dict[str, type["Event"]]] = {}
"""Filled as the contract modules are imported; read it through `registry.py`, which imports them all."""


class Contract(BaseModel):
    """A frozen part of an event. Readers ignore fields they do not know, so that writers may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Event(Contract):
    """A fact that happened. Subclasses set `type`, `stream` and `announced_by`, and define `key`."""

    type: ClassVar[str]
    stream: ClassVar[Stream]
    announced_by: ClassVar[str]
    """The service that may announce it, or `partner`."""

    @property
    def key(self) -> str:
        """The Kafka record key; events with one key are in order."""
        raise NotImplementedError

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Register the contract. Raises TypeError for a badly shaped or taken type name."""
        super().__pydantic_init_subclass__(**kwargs)
        if not _TYPE.fullmatch(cls.type):
            raise TypeError(f"{cls.__name__}.type must look like org.alongside.<noun>.<past-verb>.v<n>")
        if contracts_by_type.setdefault(cls.type, cls) is not cls:
            raise TypeError(f"{cls.type} is taken by {contracts_by_type[cls.type].__name__}")


def parse(contract: type[Event], data: bytes) -> Event:
    """Return the event of a body, read exactly as its schema says: the number 5 is not the text "5".

    Raises MalformedEvent naming the first wrong field, never its value.
    """
    try:
        event: Event = contract.__pydantic_validator__.validate_json(data, strict=True)
    except ValidationError as error:
        raise _malformed(error) from None  # the cause would carry the payload into logs
    return event


def _malformed(error: ValidationError) -> MalformedEvent:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return MalformedEvent(ProblemCode.MALFORMED, "value", "send valid JSON in UTF-8")
    return MalformedEvent(
        ProblemCode.INVALID_FIELD, ".".join(map(str, first["loc"])) or "value", first["msg"][:200]
    )
