"""The two checkouts of a comparison: the one this program runs from, and a second one of an earlier revision.

Of the second one nothing is imported: it is built by its own `make setup`, and only its interpreter is run.
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
"""Variables that would send git, make or Python to this checkout instead of the other one."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """One checkout: `python` runs its services, `commit` names its state (`-dirty` when files were changed since)."""

    name: str
    root: Path
    python: Path
    commit: str


def running_checkout() -> Checkout:
    """The checkout this program runs from. Raises CheckoutFailed outside of a git repository."""
    here = Path(__file__).parent
    root = Path(_git(here, "rev-parse", "--show-toplevel"))
    described = _git(root, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")
    return Checkout("new", root, Path(sys.executable), described)


def commit_of(root: Path, revision: str) -> str:
    """The full id of the commit a revision names. Raises UnknownRevision."""
    try:
        return _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except CheckoutFailed:
        raise UnknownRevision(
            f"{revision!r} names no commit of this repository.",
            remedy="give a commit, branch or tag that `git log` knows; fetch it first where history is cut short.",
        ) from None


@contextmanager
def second_checkout(root: Path, commit: str, state: Path) -> Iterator[Checkout]:
    """A clean checkout of `commit` below `state`, made ready by its own `make setup`, for as long as the block lasts.

    Raises AlreadyRunning while another comparison uses the folder, CheckoutFailed when it cannot be made ready.
    """
    folder = StateFolder(state)
    target = folder.root.resolve() / commit[:12]
    with _hold(folder):
        for leftover in [each for each in target.parent.iterdir() if each.is_dir()]:
            _remove(root, leftover)
        try:
            _git(root, "-c", "core.hooksPath=", "worktree", "add", "--detach", "--force", str(target), commit)
            _run(["make", "setup", f"PYTHON={_base_python()}"], target, SETUP_SECONDS_MAX)
            yield Checkout("old", target, target / ".venv" / "bin" / "python", commit[:12])
        finally:
            _remove(root, target)


def shipped_policies(checkout: Checkout) -> str:
    """The text of the policy file that a checkout's matching service ships."""
    show = (
        "from importlib.resources import files;"
        " print(files('alongside_matching').joinpath('policies/regions.json').read_text())"
    )
    return _run([str(checkout.python), "-c", show], checkout.root, COMMAND_SECONDS_MAX)


@contextmanager
def _hold(folder: StateFolder) -> Iterator[None]:
    try:
        with folder.hold():
            yield
    except AlreadyRunning as error:
        raise AlreadyRunning(
            f"Another comparison runs already in {folder.root}.", remedy="wait until it has ended."
        ) from error


def _remove(root: Path, target: Path) -> None:
    """Delete a checkout and git's record of it; nothing happens when there is none."""
    if f"worktree {target}" in _git(root, "worktree", "list", "--porcelain").splitlines():
        _git(root, "worktree", "remove", "--force", "--force", str(target))
    shutil.rmtree(target, ignore_errors=True)


def _base_python() -> str:
    """The interpreter our own virtual environment was made with: both checkouts are measured on the same one."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _git(folder: Path, *arguments: str) -> str:
    return _run(["git", *arguments], folder, COMMAND_SECONDS_MAX).strip()


def _run(command: Sequence[str], folder: Path, seconds_max: float) -> str:
    """What a command prints. Raises CheckoutFailed, with the end of what it printed, when it fails or is missing."""
    try:
        done = subprocess.run(
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
    return done.stdout


def environment() -> dict[str, str]:
    """What programs of either checkout inherit: nothing that leads them from one checkout to the other."""
    return {
        name: value for name, value in inherited_environment().items() if not name.startswith(_NOT_INHERITED)
    }
