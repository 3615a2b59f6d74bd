"""No database row leaves a store: callers get typed results, so that mypy finds a misspelt column."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import Source, dotted, package_sources, report

STORE = re.compile(r"(^|/)store(\.py|/)")


def test_only_stores_know_what_a_row_is() -> None:
    broken = [
        source.at(node)
        for source in of_services()
        if not is_store(source)
        for rows in [rows_in(source.tree)]
        for node in ast.walk(source.tree)
        if says(node, rows)
    ]

    assert not broken, report(
        broken, "let the store return a frozen dataclass with the columns that are needed, and use its fields"
    )


def test_no_row_leaves_a_store() -> None:
    stores = [source for source in of_services() if is_store(source)]
    broken = [
        source.at(node)
        for source in stores
        for rows in [rows_in(source.tree)]
        for node in shown_by(source.tree)
        if says(node, rows)
    ]

    assert stores
    assert not broken, report(
        broken, "make a frozen dataclass of the row in a private function (`_stored(row)`) and return that"
    )


def test_what_is_asked_of_a_store_and_what_it_answers_has_a_type() -> None:
    questions = [
        (source, node)
        for source in of_services()
        if is_store(source)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.AsyncFunctionDef) and not is_private(node.name)
    ]
    broken = [
        f"{source.at(function)} {function.name}"
        for source, function in questions
        if any(says(node, {"Any"}) for node in signature(function))
    ]

    assert questions
    assert not broken, report(
        broken,
        "a dataclass instead of a mapping of columns; for a JSON document a type with a name, such as `Document`",
    )


def of_services() -> Iterator[Source]:
    """Walk the files of services."""
    return (source for source in package_sources() if source.path.startswith("services/"))


def is_store(source: Source) -> bool:
    """Return whether a file is a store, or a part of one."""
    return bool(STORE.search(source.path_in_package))


def is_private(name: str) -> bool:
    """Return whether a name is private: one leading underscore; methods like `__init__` are not."""
    return name.startswith("_") and not name.endswith("__")


def shown_by(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a module's public names, fields and signatures, but no function bodies."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from () if is_private(name) else signature(child)
            case ast.ClassDef(name=name) if is_private(name):
                pass
            case _:
                yield child
                yield from shown_by(child)


def signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Walk the annotations of a function's parameters and result."""
    yield from ast.walk(function.args)
    if function.returns is not None:
        yield from ast.walk(function.returns)


def rows_in(tree: ast.Module) -> set[str]:
    """List the names of asyncpg's `Record` in a file: `asyncpg.Record`, and the names it is imported as."""
    known = {"asyncpg.Record"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "asyncpg":
            known |= {alias.asname or alias.name for alias in node.names if alias.name == "Record"}
        if isinstance(node, ast.Import):
            known |= {f"{it.asname}.Record" for it in node.names if it.name == "asyncpg" and it.asname}
    return known


def says(node: ast.AST, names: set[str]) -> bool:
    """Return whether a node is one of these names, also in a quoted annotation."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return any(re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", node.value) for name in names)
    return isinstance(node, ast.Name | ast.Attribute) and dotted(node) in names
