"""A reader opens any file and knows in ten seconds what it is for: so files and functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.architecture.source import Source, all_sources, package_sources, report

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 40


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    broken = [
        f"{source.path}: {count} lines"
        for source in all_sources()
        if (count := source.text.count("\n")) > FILE_LINES_MAX
    ]

    assert not broken, report(
        broken, f"split by behaviour, not by kind, at most {FILE_LINES_MAX} lines a file"
    )


def test_no_function_is_longer_than_a_screen() -> None:
    broken = [
        f"{source.at(function)} {function.name}: {count} lines"
        for source in package_sources()
        for function in functions(source)
        if (count := code_lines(function)) > FUNCTION_LINES_MAX
    ]

    assert not broken, report(
        broken,
        f"at most {FUNCTION_LINES_MAX} lines, 25 is better: name a step and let it be a function below",
    )


def test_public_things_have_a_docstring() -> None:
    broken = [
        f"{source.at(node)} {getattr(node, 'name', 'module')}"
        for source in package_sources()
        for node in public_things(source)
        if ast.get_docstring(node) is None
    ]

    assert not broken, report(
        broken, "say what the name cannot: shapes, units, errors, the source of a rule (style 24)"
    )


Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public_things(source: Source) -> list[Documented]:
    """List the module itself and its public classes and functions."""
    defined = [
        node
        for node in source.tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [source.tree, *(node for node in defined if not node.name.startswith("_"))]


def functions(source: Source) -> list[Function]:
    """List every function and method of a file."""
    return [
        node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def code_lines(function: Function) -> int:
    """Count a function's own lines: without its docstring and without the functions inside, which are counted alone."""
    documented = ast.get_docstring(function) is not None
    inside = sum(lines(inner) for inner in outermost_functions(function.body))
    return lines(function) - inside - (lines(function.body[0]) if documented else 0)


def outermost_functions(nodes: Iterable[ast.AST]) -> Iterator[Function]:
    """Walk the functions defined in some code, but not those inside them."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        else:
            yield from outermost_functions(ast.iter_child_nodes(node))


def lines(node: ast.stmt) -> int:
    """Count the lines a statement takes, decorators excepted."""
    return (node.end_lineno or node.lineno) - node.lineno + 1
