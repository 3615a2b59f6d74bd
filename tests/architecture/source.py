"""What the architecture tests look at: our source files, parsed once, and how a broken rule is reported."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Folders nobody wrote: never looked at.
GENERATED = {".alongside", ".git", ".hypothesis", ".venv", "__pycache__", "build", "dist", "node_modules"}
ROOM_PATTERNS = (
    "shared/*/pyproject.toml",
    "services/*/pyproject.toml",
    "cli/pyproject.toml",
    "localstack/pyproject.toml",
    "lab/pyproject.toml",
)


@dataclass(frozen=True)
class Source:
    """One Python file: `place` is its path from the root, with forward slashes."""

    place: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """Name the top-level package of a room's file, such as `alongside_chassis`."""
        return next(part for part in self.place.split("/") if part.startswith("alongside_"))

    @property
    def inside(self) -> str:
        """Give the path below the package folder, such as `kafka/settings.py`."""
        return self.place.split(f"{self.package}/", 1)[1]

    def at(self, node: ast.AST) -> str:
        """Point at a node as editors and terminals understand it."""
        return f"{self.place}:{getattr(node, 'lineno', 1)}"


@cache
def rooms() -> tuple[Path, ...]:
    """List the folders of our distributions."""
    return tuple(sorted(found.parent for pattern in ROOM_PATTERNS for found in ROOT.glob(pattern)))


@cache
def name_of(room: Path) -> str:
    """Read what a room's distribution is called."""
    name: str = tomllib.loads((room / "pyproject.toml").read_text())["project"]["name"]
    return name


@cache
def package_sources() -> tuple[Source, ...]:
    """Parse every Python file of our packages, except migrations, which are a record and never tidied."""
    files = [file for room in rooms() for file in sorted(room.glob("alongside_*/**/*.py"))]
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
    """Walk every file somebody wrote below a folder, in every language."""
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
    """Say where a rule is broken and how to put it right."""
    return "\n".join(["", *(f"  {place}" for place in broken), f"  -> {remedy}"])
