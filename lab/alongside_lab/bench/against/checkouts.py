"""The two checkouts of a comparison: the one of this program, and a second one of an earlier revision.

Nothing is imported from the second one: its `make setup` builds it, and its interpreter runs its services.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alongside_lab.bench.errors import CheckoutFailed, UnknownRevision
from alongside_localstack.errors import AlreadyRunning
from alongside_localstack.settings import inherited_environment
from alongside_localstack.state import StateFolder

SETUP_SECONDS_MAX: Final = 900.0
COMMAND_SECONDS_MAX: Final = 120.0
_NOT_INHERITED: Final = ("ARGS", "GIT_", "MAKE", "MFLAGS", "PYTHON", "VIRTUAL_ENV")
"""Prefixes of variables that would direct git, make or Python to this checkout instead of the other one."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """One checkout: `python` runs its services; `commit` ends in `-dirty` when files have uncommitted changes."""

    name: str
    root: Path
    python: Path
    commit: str


def running_checkout() -> Checkout:
    """Return the checkout of this program. Raises CheckoutFailed outside a git repository."""
    here = Path(__file__).parent
    root = Path(_git(here, "rev-parse", "--show-toplevel"))
    described = _git(root, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    return Checkout("new", root, Path(sys.executable), described)


def commit_of(root: Path, revision: str) -> str:
    """Return the full commit id of a revision. Raises UnknownRevision."""
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except CheckoutFailed:
        raise UnknownRevision(
            f"{revision!r} is not a commit of this repository.",
            remedy="give a commit, branch or tag that `git log` finds; in a shallow clone, run `git fetch` for it first.",
        ) from None


@contextmanager
def second_checkout(root: Path, commit: str, state: Path) -> Iterator[Checkout]:
    """Create a clean checkout of `commit` below `state`, build it with its `make setup`, and remove it afterwards.

    Raises AlreadyRunning while another comparison uses the folder, CheckoutFailed when it cannot be built.
    """
    folder = StateFolder(state)
    target = folder.root.resolve() / commit[:12]
    with _hold(folder):
        for leftover in [path for path in target.parent.iterdir() if path.is_dir()]:
            _remove(root, leftover)
        try:
            _git(root, "-c", "core.hooksPath=", "worktree", "add", "--detach", "--force", str(target), commit)
            _run(["make", "setup", f"PYTHON={_base_python()}"], target, SETUP_SECONDS_MAX)
            yield Checkout("old", target, target / ".venv" / "bin" / "python", commit[:12])
        finally:
            _remove(root, target)


def shipped_policies(checkout: Checkout) -> str:
    """Return the text of the policy file in a checkout's matching package."""
    print_policies = (
        "from importlib.resources import files;"
        " print(files('alongside_matching').joinpath('policies/regions.json').read_text())"
    )
    return _run([str(checkout.python), "-c", print_policies], checkout.root, COMMAND_SECONDS_MAX)


@contextmanager
def _hold(folder: StateFolder) -> Iterator[None]:
    try:
        with folder.hold():
            yield
    except AlreadyRunning as error:
        raise AlreadyRunning(
            f"Another comparison is already running in {folder.root}.", remedy="wait until it has ended."
        ) from error


def _remove(root: Path, target: Path) -> None:
    """Delete a checkout and git's record of it; a missing one is no error."""
    if f"worktree {target}" in _git(root, "worktree", "list", "--porcelain").splitlines():
        _git(root, "worktree", "remove", "--force", "--force", str(target))
    shutil.rmtree(target, ignore_errors=True)


def _base_python() -> str:
    """Return the interpreter of our virtual environment, so that both checkouts are measured with the same one."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _git(folder: Path, *arguments: str) -> str:
    return _run(["git", *arguments], folder, COMMAND_SECONDS_MAX).strip()


def _run(command: Sequence[str], folder: Path, seconds_max: float) -> str:
    """Return a command's output. Raises CheckoutFailed, with the end of its output, when it fails or is missing."""
    try:
        result = subprocess.run(
            command,
            check=True,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds_max,
        )
    except (OSError, subprocess.SubprocessError) as error:
        printed = f"{getattr(error, 'stdout', None) or ''}{getattr(error, 'stderr', None) or ''}"
        raise CheckoutFailed(
            f"`{' '.join(command)}` failed in {folder}: {type(error).__name__}.", log_tail=printed[-2000:]
        ) from error
    return result.stdout


def environment() -> dict[str, str]:
    """Return the inherited environment without variables that point to one of the checkouts."""
    return {
        name: value for name, value in inherited_environment().items() if not name.startswith(_NOT_INHERITED)
    }
