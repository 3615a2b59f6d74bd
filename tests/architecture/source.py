"""The sources that architecture tests check, parsed once, and the report of a broken rule."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Generated folders, which are never checked.
GENERATED = {".alongside", ".git", ".hypothesis", ".venv", "__pycache__", "build", "dist", "node_modules"}
DISTRIBUTION_PATTERNS = (
    "shared/*/pyproject.toml",
    "services/*/pyproject.toml",
    "cli/pyproject.toml",
    "localstack/pyproject.toml",
    "lab/pyproject.toml",
)


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the repository's root, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """Return the top-level package of the file, such as `alongside_chassis`."""
        return next(part for part in self.path.split("/") if part.startswith("alongside_"))

    @property
    def path_in_package(self) -> str:
        """Return the path below the package folder, such as `kafka/settings.py`."""
        return self.path.split(f"{self.package}/", 1)[1]

    def at(self, node: ast.AST) -> str:
        """Return a node's position in the form editors and terminals understand."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def distribution_folders() -> tuple[Path, ...]:
    """List the folders of our distributions."""
    return tuple(sorted(found.parent for pattern in DISTRIBUTION_PATTERNS for found in ROOT.glob(pattern)))


@cache
def name_of(folder: Path) -> str:
    """Read the name of the distribution in a folder."""
    name: str = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"]
    return name


@cache
def package_sources() -> tuple[Source, ...]:
    """Parse every Python file of our packages, except migrations, which are never edited."""
    files = [file for folder in distribution_folders() for file in sorted(folder.glob("alongside_*/**/*.py"))]
    return tuple(parse(file) for file in files if "migrations" not in file.parts)


@cache
def all_sources() -> tuple[Source, ...]:
    """Parse our packages, the tests and the tools."""
    beside = [file for folder in ("tests", "tools") for file in sorted((ROOT / folder).glob("**/*.py"))]
    return (*package_sources(), *(parse(file) for file in beside))


def parse(file: Path) -> Source:
    """Read one file."""
    text = file.read_text(encoding="utf-8")
    return Source(file.relative_to(ROOT).as_posix(), text, ast.parse(text, filename=str(file)))


def written_files(folder: Path = ROOT) -> Iterator[Path]:
    """Walk every file below a folder that is not generated, in every language."""
    waiting = [folder]
    while waiting:
        for entry in sorted(waiting.pop().iterdir()):
            if entry.name in GENERATED or entry.name.endswith(("_cache", ".egg-info")) or entry.is_symlink():
                continue
            if entry.is_dir():
                waiting.append(entry)
            else:
                yield entry


def dotted(node: ast.expr) -> str:
    """Spell `a.b.c` for a chain of names; an empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Walk every call in a tree."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def report(broken: Iterable[str], remedy: str) -> str:
    """Build the message of a failed test: the positions that break the rule, and the remedy."""
    return "\n".join(["", *(f"  {path}" for path in broken), f"  -> {remedy}"])
