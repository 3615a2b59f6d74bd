"""Limits between packages: what services may import from the chassis, what it may know, and the size of folders."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import PurePosixPath

from alongside_contracts.services import SERVICES
from tests.architecture.source import Source, dotted, package_sources, report

CHASSIS = "alongside_chassis"
MODULES_MAX = 14
OF_THE_BUSINESS = re.compile(
    r"referral|crisis|supporter|directory|mail|consent|notice\b|vault|proposal|waitlist|escalat|seat|capacity|hospital|"
    + "|".join(SERVICES),
    re.IGNORECASE,
)
STREAMS = {"PARTNER_REFERRALS"}
"""The chassis reads and pauses streams, which have names."""


def test_services_import_only_what_the_chassis_shows() -> None:
    broken = [
        f"{source.at(node)} imports {name} from {module}"
        for source in package_sources()
        if source.path.startswith("services/")
        for node in ast.walk(source.tree)
        for module, name in imported_by(node)
        if module.split(".")[0] == CHASSIS and not is_shown(module, name)
    ]

    assert not broken, report(
        broken,
        "import from a folder's `__init__` or a module beside it; what is missing there goes into its `__all__`",
    )


def test_the_chassis_knows_no_word_of_the_business() -> None:
    broken = [
        f"{source.at(node)} {word}"
        for source in package_sources()
        if source.package == CHASSIS
        for node, word in words(source)
        if OF_THE_BUSINESS.search(word) and word not in STREAMS
    ]

    assert not broken, report(
        broken, "let services say it: a parameter of Service, a handler, a LogName in their names.py"
    )


def test_names_of_log_lines_are_made_in_one_file_of_each_service() -> None:
    made = [
        (source, node)
        for source in package_sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "LogName"
    ]
    broken = [source.at(node) for source, node in made if source.path_in_package != "names.py"]
    twice = [name for name, count in Counter(ast.unparse(node) for _, node in made).items() if count > 1]

    assert made
    assert not broken + twice, report(broken + twice, "add it to the service's names.py, once")


def test_no_folder_holds_more_than_a_reader_can_survey() -> None:
    folders = Counter(
        str(PurePosixPath(source.path).parent)
        for source in package_sources()
        if not source.path.endswith(("/__init__.py", "/__main__.py"))
    )
    broken = [f"{folder}: {count} modules" for folder, count in folders.items() if count > MODULES_MAX]

    assert not broken, report(broken, f"part it by what it is for: at most {MODULES_MAX} modules a folder")


def imported_by(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Walk a node's imports as pairs of module and name; `import a.b` imports all of `a.b` and names no part of it."""
    match node:
        case ast.ImportFrom(module=str(module), names=names):
            yield from ((module, alias.name) for alias in names)
        case ast.Import(names=names):
            yield from ((alias.name, "") for alias in names)
        case _:
            return


def is_shown(module: str, name: str) -> bool:
    """Return whether a name is public in the chassis: one level below the package, in `__all__` if there is one."""
    if module.count(".") != 1:
        return False
    shown = import_module(module)
    return name in getattr(shown, "__all__", () if hasattr(shown, "__path__") else dir(shown))


def words(source: Source) -> Iterator[tuple[ast.AST, str]]:
    """Walk identifiers, parameters and texts of the code, but no docstrings."""
    documented = {id(node) for node in docstrings(source.tree)}
    for node in ast.walk(source.tree):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word) | ast.alias(name=word):
                yield node, word
            case ast.FunctionDef(name=word) | ast.AsyncFunctionDef(name=word) | ast.ClassDef(name=word):
                yield node, word
            case ast.Constant(value=str(word)) if id(node) not in documented:
                yield node, word


def docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk strings that are statements: docstrings, also of constants and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
