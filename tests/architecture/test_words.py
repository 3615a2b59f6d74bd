"""The words of the code: retired ones do not return, and a class name means one thing wherever it can be imported."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import (
    Source,
    all_sources,
    distribution_folders,
    name_of,
    package_sources,
    report,
)

LIST = Path(__file__).with_name("retired_words.toml")
DEFINED_TWICE_AT_MOST = 2
_PART = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def test_no_retired_word_is_part_of_a_name() -> None:
    broken = [
        f"{source.at(node)}: {name} (use: {use})"
        for source in all_sources()
        for name, node in names(source)
        if (use := instead_of(name))
    ]

    assert not broken, report(broken, f"use the word given there, or improve the list ({LIST.name})")


def test_no_docstring_uses_a_retired_phrase() -> None:
    broken = [
        f"{source.at(node)}: {found.group()!r} (use: {use})"
        for source in all_sources()
        for node, text in docstrings(source)
        for pattern, use in phrases().items()
        if (found := pattern.search(text))
    ]

    assert not broken, report(broken, f"use the word given there, or improve the list ({LIST.name})")


@pytest.mark.parametrize(
    ("name", "is_retired"),
    [
        ("desk", True),
        ("_FrontDesks", True),
        ("desktop", False),
        ("test_a_door_is_closed", True),
        ("Place", True),
        ("_Place", True),
        ("PlaceView", False),
        ("held_place", False),
        ("letter_id", False),
    ],
)
def test_a_word_is_found_as_a_part_of_a_name_or_as_a_whole_one(name: str, *, is_retired: bool) -> None:
    assert bool(instead_of(name)) is is_retired


def test_every_row_names_a_replacement_or_a_reason() -> None:
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))

    assert all(row["use"] and (row.get("words") or row.get("whole")) for row in rows["name"])
    assert all(row["use"] and row["text"] for row in rows["phrase"])
    assert all(row["reason"] and row["word"] for row in rows["kept"])


def test_a_public_class_name_is_used_once_within_a_package() -> None:
    repeated = [
        f"{package}: {name} in {', '.join(places)}"
        for package, found in classes().items()
        for name, places in found.items()
        if len(places) > 1
    ]

    assert not repeated, report(
        repeated, "one name means one thing within a package: name one of them better"
    )


def test_no_public_class_name_is_defined_three_times_within_reach_of_one_import() -> None:
    repeated = [
        f"{package}: {name} in {', '.join(places)}"
        for package, reachable in reach().items()
        for name in {name for other in reachable for name in classes()[other]}
        if len(places := [p for other in sorted(reachable) for p in classes()[other].get(name, [])])
        > DEFINED_TWICE_AT_MOST
    ]

    assert not repeated, report(
        repeated, "code that imports from these packages meets the name three times: rename one"
    )


def names(source: Source) -> Iterator[tuple[str, ast.AST]]:
    """Walk every identifier a file defines, and the file's own name."""
    yield Path(source.path).stem, source.tree
    fixed = {id(field) for field in fields_that_keep_their_names(source.tree)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Name() if id(node) in fixed:
                pass
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node
            case (
                ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                yield name, node
            case ast.alias(asname=str(name)):
                yield name, node
            case _:
                pass


def fields_that_keep_their_names(tree: ast.Module) -> Iterator[ast.expr]:
    """Walk the fields of tables and of API answers: columns and JSON keys, which other programs know."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Row", "View")):
            yield from (field.target for field in node.body if isinstance(field, ast.AnnAssign))


def docstrings(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Walk every string that is a statement: docstrings of modules, classes, functions, constants and attributes."""
    for node in ast.walk(source.tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node, node.value.value


@cache
def instead_of(name: str) -> str | None:
    """Return what to use instead of a retired name; None when the name is not retired."""
    parts = {part.lower().removesuffix("s") for part in _PART.findall(name)}
    for row in retired()["name"]:
        if name.lstrip("_") in row.get("whole", ()) or not parts.isdisjoint(row.get("words", ())):
            return str(row["use"])
    return None


@cache
def retired() -> Mapping[str, list[Mapping[str, Any]]]:
    """Read the list of retired words."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


@cache
def phrases() -> Mapping[re.Pattern[str], str]:
    """Compile the retired phrases, each with what to use instead."""
    return {re.compile(row["text"]): row["use"] for row in retired()["phrase"]}


@cache
def classes() -> Mapping[str, Mapping[str, list[str]]]:
    """List the public classes of each package, by name, with the files that define them."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for source in package_sources():
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[source.package][node.name].append(source.path_in_package)
    return found


@cache
def reach() -> Mapping[str, frozenset[str]]:
    """Return, for each package, the packages it can import from: itself and its dependencies, theirs included."""
    direct = {name_of(folder): _our_dependencies(folder) for folder in distribution_folders()}
    closed: dict[str, frozenset[str]] = {}
    for name in direct:
        reached, waiting = set[str](), [name]
        while waiting:
            if (one := waiting.pop()) not in reached:
                reached.add(one)
                waiting += direct[one]
        closed[_package_of(name)] = frozenset(map(_package_of, reached))
    return closed


def _our_dependencies(folder: Path) -> list[str]:
    listed = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    ours = {name_of(other) for other in distribution_folders()}
    return [name for entry in listed if (name := re.split(r"[^\w-]", entry, maxsplit=1)[0]) in ours]


def _package_of(distribution: str) -> str:
    return "alongside_cli" if distribution == "alongside" else distribution.replace("-", "_")
