"""Column lists of statements that write many rows at once: each column is named once, with the type of its parameter.

`insert … select … from unnest($1::uuid[], $2::text[], …)` repeats one list three or four times, and a column moved in one
of them is written into another column. Here the parts are made from one list; the statement remains SQL around them:

    _NOTE: Final = Columns(id="uuid", text="text")
    _ADD: Final = f"insert into note ({_NOTE.names}, at) select {_NOTE.values}, {_NOTE.next} from {_NOTE.rows}"
    await conn.execute(_ADD, *_NOTE.arrays([{"id": id_, "text": "…"}]), now)
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class Columns:
    """Columns in order: each name with the PostgreSQL type of one value; the first is the key.

    `computed` names columns whose stored value is an expression of the parameter, for example of a list that is sent as
    text because `unnest` flattens lists of lists.
    """

    def __init__(self, computed: Mapping[str, str] | None = None, /, **types: str) -> None:
        computed = computed or {}
        if unknown := computed.keys() - types.keys():
            raise ValueError(f"no such columns: {', '.join(sorted(unknown))}")
        self._order = tuple(types)
        self.names = ", ".join(types)
        """The names, for `insert into t (…)`."""
        self.values = ", ".join(computed.get(name, name) for name in types)
        """The values, for `select … from` the rows."""
        arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types.values(), start=1))
        self.rows = f"unnest({arrays}) as new ({self.names})"
        """The rows sent, as a table called `new`; its parameters come first in the statement."""
        self.next = f"${len(types) + 1}"
        """The parameter after those of `rows`."""
        self.changes = ", ".join(
            f"{name} = {computed[name].replace(name, f'new.{name}') if name in computed else f'new.{name}'}"
            for name in self._order[1:]
        )
        """All columns but the key, for `update t set …`."""

    def of(self, alias: str) -> str:
        """The columns, for `select …` of stored rows."""
        return ", ".join(f"{alias}.{name}" for name in self._order)

    def arrays(self, rows: Iterable[Mapping[str, Any]]) -> Sequence[list[Any]]:
        """Return the parameters of `rows`: one list per column. Raises KeyError for a row that lacks a column."""
        listed = list(rows)
        return [[row[name] for row in listed] for name in self._order]
