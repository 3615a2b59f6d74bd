"""Each distribution declares what it imports, and business rules import only the standard library."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, Source, distribution_folders, name_of, package_sources, report

# Rules may import the standard library; matching's rules also compute with these.
RULES_MAY_IMPORT = {"alongside_matching": {"numpy", "scipy"}}
CODES = ("alongside_contracts.vocabulary", "alongside_contracts.codes.code_lists")
"""The names of the contracts' codes and the types of their lists, which read nothing: a list is passed to a rule."""


@pytest.mark.parametrize("folder", distribution_folders(), ids=lambda folder: folder.name)
def test_a_distribution_declares_what_it_imports(folder: Path) -> None:
    declared = declared_distributions(folder)
    broken = [
        f"{source.at(node)} imports {name}"
        for source in package_sources()
        if (ROOT / source.path).is_relative_to(folder)
        for node, name in imported(source)
        if not (name in {source.package, *sys.stdlib_module_names} or distributions_of(name) & declared)
    ]

    assert not broken, report(
        broken, f"add the distribution to `dependencies` in {folder.name}/pyproject.toml, then `make lock`"
    )


@pytest.mark.parametrize("folder", distribution_folders(), ids=lambda folder: folder.name)
def test_declared_dependencies_are_locked(folder: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = {normalised(name) for name in re.findall(r"^([\w.-]+)==", lock, flags=re.MULTILINE)}
    ours = {name_of(folder) for folder in distribution_folders()}
    missing = sorted(declared_distributions(folder) - locked - ours)

    assert not missing, report(missing, "pin what was added: make lock")


def test_rules_import_only_the_standard_library() -> None:
    broken = [
        f"{source.at(node)} imports {name}"
        for source in package_sources()
        if is_pure(source)
        for node, name in imported(source, whole=True)
        if not rule_may_import(source, name)
    ]

    assert not broken, report(
        broken,
        "keep rules pure: facts in, decision out; translate at the edge, in handlers, api or store (style 5)",
    )


def test_rules_read_no_clock_and_use_no_randomness() -> None:
    impure = {"asyncio", "logging", "os", "random", "secrets", "socket", "subprocess", "time", "threading"}
    broken = [
        f"{source.at(node)} imports {name}"
        for source in package_sources()
        if is_pure(source)
        for node, name in imported(source)
        if name in impure
    ]

    assert not broken, report(broken, "pass the time, the number or the setting in as a parameter (style 5)")


def is_pure(source: Source) -> bool:
    """Return whether a file holds rules: a service's `domain`, the `rules` of one of its folders, or matching's engine."""
    return bool(re.match(r"(domain|engine|([a-z_]+/)?rules)(\.py|/)", source.path_in_package))


def rule_may_import(source: Source, name: str) -> bool:
    """Return whether a file of rules may import the module: other rules of its service, and codes."""
    first, _, module_in_package = name.partition(".")
    allowed = sys.stdlib_module_names | RULES_MAY_IMPORT.get(source.package, set())
    own_rules = first == source.package and re.match(
        r"(domain|engine|([a-z_]+\.)?rules)(\.|$)", module_in_package
    )
    return first in allowed or name in CODES or bool(own_rules)


def imported(source: Source, *, whole: bool = False) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import of a file by its top-level name or, with `whole`, by its dotted name."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or source.package]
        else:
            continue
        for name in names:
            yield node, name if whole else name.split(".")[0]


@cache
def declared_distributions(folder: Path) -> frozenset[str]:
    """Return what a folder's pyproject.toml declares, with extras, and what our own distributions among them declare."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    extras = project.get("optional-dependencies", {}).values()
    requirements = [*project["dependencies"], *(requirement for extra in extras for requirement in extra)]
    names = {
        normalised(re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]) for requirement in requirements
    }
    our_dependencies = [other for other in distribution_folders() if name_of(other) in names]
    return frozenset(names).union(*(declared_distributions(folder) for folder in our_dependencies))


@cache
def distributions_of(name: str) -> frozenset[str]:
    """Name the distributions that provide a top-level import, by normalised name."""
    return frozenset(normalised(distribution) for distribution in [name, *installed().get(name, [])])


@cache
def installed() -> dict[str, list[str]]:
    """Read once from the environment which distribution provides which import; our own are listed from their folders."""
    ours = {
        package.name: [name_of(folder)]
        for folder in distribution_folders()
        for package in folder.glob("alongside_*")
    }
    return {name: list(distributions) for name, distributions in packages_distributions().items()} | ours


def normalised(name: str) -> str:
    """Spell a distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
