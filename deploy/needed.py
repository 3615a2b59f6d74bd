"""Cut out of requirements.lock what one distribution of ours needs, with its hashes: an image holds nothing else.

    python deploy/needed.py requirements.lock hatchling services/intake > needed.lock

Each word after the lock is a folder with pyproject.toml or the name of a locked distribution. pip says which
distributions those depend on; versions and hashes come from the lock alone. Used while an image is built, so it needs
nothing but Python and pip.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

OURS = "alongside"


def main(lock_file: str, *wanted: str) -> None:
    """Print the part of the lock that `wanted` needs. Raises LookupError when the lock lacks some of it."""
    lock = Path(lock_file).read_text()
    asked = [requirement for word in wanted for requirement in requirements_of(word)]
    sys.stdout.write(cut(lock, resolved(lock, asked)))


def requirements_of(word: str) -> list[str]:
    """Return what a folder's pyproject.toml requires, without our own distributions; for another word, that word itself."""
    project = Path(word) / "pyproject.toml"
    if not project.is_file():
        return [word]
    dependencies: list[str] = tomllib.loads(project.read_text())["project"]["dependencies"]
    return [each for each in dependencies if not normalised(each).startswith(OURS)]


def resolved(lock: str, asked: Iterable[str]) -> set[str]:
    """The normalised names pip would install for `asked`, at locked versions, on this platform."""
    with tempfile.TemporaryDirectory() as scratch:
        constraints, report = Path(scratch) / "constraints.txt", Path(scratch) / "report.json"
        constraints.write_text("".join(f"{line}\n" for line in pins(lock)))
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += [
            "--only-binary",
            ":all:",
            "--report",
            str(report),
            "--constraint",
            str(constraints),
            *asked,
        ]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603  # a build step with fixed arguments
        return {normalised(item["metadata"]["name"]) for item in json.loads(report.read_text())["install"]}


def cut(lock: str, names: Iterable[str]) -> str:
    """The entries of `names`, sorted by name. Raises LookupError for a name the lock does not hold."""
    blocks = entries(lock)
    if missing := sorted(set(names) - blocks.keys()):
        raise LookupError(f"not in requirements.lock: {', '.join(missing)}; run `make lock`")
    return "".join(blocks[name] for name in sorted(names))


def pins(lock: str) -> list[str]:
    """`name==version` of every entry, with its marker, without hashes."""
    return [block.splitlines()[0].removesuffix("\\").strip() for block in blocks_of(lock)]


def entries(lock: str) -> dict[str, str]:
    """What the lock says about each distribution, by normalised name; markers may make that several blocks."""
    found: dict[str, str] = {}
    for block in blocks_of(lock):
        found[normalised(block)] = found.get(normalised(block), "") + block
    return found


def blocks_of(lock: str) -> list[str]:
    """The lock's entries: a line that begins at the margin, and the indented ones below it."""
    blocks: list[str] = re.findall(r"^[^\s#].*\n(?:[ \t]+.*\n?)*", lock, flags=re.MULTILINE)
    return blocks


def normalised(requirement: str) -> str:
    """A requirement's distribution as registries compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]).lower()


if __name__ == "__main__":
    main(*sys.argv[1:])
