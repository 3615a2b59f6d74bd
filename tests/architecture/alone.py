"""Import every module of a package while only its declared dependencies, and theirs, can be imported.

It is a separate program (`python alone.py DISTRIBUTION PACKAGE`), since it changes what its process can import.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
import re
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

from packaging.requirements import Requirement

# Modules that start something when imported (__main__, Alembic's env.py) or belong to tests.
NOT_IMPORTED = re.compile(r"\.(__main__|testing|migrations)(\.|$)")


class OnlyWhatIsAskedFor(MetaPathFinder):
    """Refuses to find a module whose distribution is not among those allowed; leaves the others to Python."""

    def __init__(self, allowed: set[str], owners: Mapping[str, Sequence[str]]) -> None:
        """Take the allowed distributions and, per top-level import name, the distributions that provide it."""
        self.allowed = allowed
        self.owners = owners

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Raise for a module that would be missing; never find one."""
        top = fullname.partition(".")[0]
        ours = (top,) if top.startswith("alongside_") else ()
        owners = {normalised(owner) for owner in self.owners.get(top, ours)}
        if owners and not owners & self.allowed:
            raise ModuleNotFoundError(f"{fullname} is imported, and {owners} not declared", name=fullname)


def main() -> None:
    """Restrict imports to the allowed distributions, then import every module of the package."""
    distribution, package = sys.argv[1:]
    owners = {**importlib.metadata.packages_distributions(), "alongside_cli": ["alongside"]}
    allowed = needed(distribution)
    for name in [name for name in sys.modules if name.partition(".")[0] == "packaging"]:
        del sys.modules[name]  # ours; the package under test may not have it
    sys.meta_path.insert(0, OnlyWhatIsAskedFor(allowed, owners))
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if not NOT_IMPORTED.search(module.name):
            importlib.import_module(module.name)


def needed(distribution: str) -> set[str]:
    """Follow a distribution's requirements, with their extras, on this platform and Python."""
    found: set[tuple[str, str]] = set()
    waiting = [(distribution, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for requirement in requirements(name, extra):
            waiting += [(normalised(requirement.name), asked) for asked in ("", *requirement.extras)]
    return {name for name, _ in found}


def requirements(distribution: str, extra: str) -> list[Requirement]:
    """Read the requirements of an installed distribution; none if it is not installed on this platform."""
    try:
        asked = importlib.metadata.requires(distribution) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    parsed = [Requirement(requirement) for requirement in asked]
    return [each for each in parsed if each.marker is None or each.marker.evaluate({"extra": extra})]


def normalised(name: str) -> str:
    """Spell a distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
