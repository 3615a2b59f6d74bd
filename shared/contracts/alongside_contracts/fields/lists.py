"""Lists that come in, refused by their length before any of their items is read.

pydantic counts the items of a list only after it has read them, and reports every wrong one: a list of 250,000 empty texts
kept a service busy for half a minute and was answered with as many errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True, slots=True)
class AtMost:
    """The most items of a tuple that comes in, and the least: `Annotated[tuple[X, ...], AtMost(20)]`.

    Both limits are in the JSON schema too.
    """

    items: int
    least: int = 0

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the tuple's schema behind a look at the length. Raises TypeError for any other type."""
        schema = handler(source)
        if schema["type"] != "tuple" or "variadic_item_index" not in schema:
            raise TypeError(f"AtMost is for tuples of any length, not for {source}")
        limited: Any = {**schema, "max_length": self.items} | (
            {"min_length": self.least} if self.least else {}
        )
        return core_schema.no_info_before_validator_function(self._short_tuple, limited)

    def _short_tuple(self, value: Any) -> Any:
        """Return a list as a tuple, which is what the schema behind reads strictly, and any other value as it is."""
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            return value
        if len(value) > self.items:
            raise PydanticCustomError("too_long", "send at most {items_max} items", {"items_max": self.items})
        return tuple(value)
