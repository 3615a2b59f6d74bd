#!/usr/bin/env python3
"""Create `.venv`: every pinned dependency, then our distributions in editable form. `make` runs it first.

It does nothing unless the lock, a distribution's pyproject.toml, the interpreter or the checkout's path has changed;
concurrent runs wait for each other. It uses only the standard library, and no syntax newer than Python 3.7, so that an
old interpreter prints an error instead of failing to parse this file.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "alongside.stamp"
PYTHON_OLDEST = (3, 11)
PYTHON_CANDIDATES = ("python3.13", "python3.12", "python3.11")
# Variables that would install packages elsewhere. The machine's mirror and certificates stay in effect.
PIP_SETTINGS_IGNORED = {
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_DRY_RUN",
    "PYTHONHOME",
    "PYTHONPATH",
}


def main() -> int:
    """Bring `.venv` up to date with the lock and the distributions; return the exit code."""
    if sys.version_info[:2] < PYTHON_OLDEST:
        return restart_with_newer_python()
    if is_ready():
        return 0
    if importlib.util.find_spec("ensurepip") is None:
        return fail("this Python cannot create environments. On Debian or Ubuntu: apt install python3-venv")
    with exclusive_setup():
        if is_ready():  # another run did the work while we waited
            return 0
        try:
            install_everything()
        except subprocess.CalledProcessError as failure:
            return fail(f"this command failed:\n    {' '.join(failure.cmd)}")
    return 0


def is_ready() -> bool:
    """Return whether `.venv` matches the lock and the distributions."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text() == fingerprint()


def install_everything() -> None:
    """Create the environment if needed, install the lock, then the distributions, and write the stamp."""
    began = time.monotonic()
    if venv_works():
        log("bringing .venv up to date")
    else:
        log(f"creating .venv with Python {sys.version.split()[0]}; the first time it downloads about 200 MB")
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if not install_with_uv():
        run([*pip(), "--require-hashes", "-r", str(LOCK)])
        run([*pip(), "--no-deps", "--no-build-isolation", *editables()])
    STAMP.write_text(fingerprint())
    log(f"ready after {time.monotonic() - began:.0f} s")


def install_with_uv() -> bool:
    """Install with uv, in a tenth of pip's time; return False where it fails, for example without pip's mirror settings.

    It uses the system's certificates, as pip does: uv's built-in list may lack a company's certificate.
    """
    with tempfile.TemporaryDirectory() as scratch:
        pinned_uv = Path(scratch) / "uv.lock"
        pinned_uv.write_text(lock_lines("uv"))
        run([*pip(), "--require-hashes", "-r", str(pinned_uv)])
    uv = [str(PYTHON), "-m", "uv", "--quiet", "--system-certs", "pip", "install", "--python", str(PYTHON)]
    try:
        run([*uv, "--compile-bytecode", "--require-hashes", "-r", str(LOCK)])
        run([*uv, "--no-deps", "--no-build-isolation", *editables()])
    except subprocess.CalledProcessError:
        log("uv could not install the packages; trying pip, which is slower")
        return False
    return True


def fingerprint() -> str:
    """Return a hash of everything `.venv` depends on; when it changes, `.venv` is updated."""
    digest = hashlib.sha256(repr((str(ROOT), sys.version_info[:2])).encode())
    for path in [
        Path(__file__).resolve(),
        LOCK,
        *(distribution / "pyproject.toml" for distribution in distributions()),
    ]:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def distributions() -> list[Path]:
    """Return the folders of our distributions in this checkout."""
    patterns = (
        "shared/*/pyproject.toml",
        "services/*/pyproject.toml",
        "cli/pyproject.toml",
        "localstack/pyproject.toml",
        "lab/pyproject.toml",
    )
    return sorted(project.parent for pattern in patterns for project in ROOT.glob(pattern))


def editables() -> list[str]:
    """Return the installer's arguments for all distributions in editable form."""
    return [argument for distribution in distributions() for argument in ("--editable", str(distribution))]


def lock_lines(name: str) -> str:
    """Return the lock's lines of one distribution, with its hashes."""
    selected, lines = False, []
    for line in LOCK.read_text().splitlines(keepends=True):
        if not line.startswith(" "):
            selected = line.startswith(f"{name}==")
        if selected:
            lines.append(line)
    return "".join(lines)


def pip() -> list[str]:
    """Return the command for a quiet installation into `.venv`."""
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def venv_works() -> bool:
    """Return whether `.venv` has pip and our Python version: it may be incomplete, moved or outdated."""
    check = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    try:
        return subprocess.run([str(PYTHON), "-c", check], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@contextlib.contextmanager
def exclusive_setup() -> Iterator[None]:
    """Lock this checkout's set-up; the system releases the lock even after kill -9."""
    import fcntl

    with (ROOT / "pyproject.toml").open() as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        yield


def restart_with_newer_python() -> int:
    """Run again with a newer interpreter from the PATH, or print which one is needed."""
    for name in PYTHON_CANDIDATES:
        interpreter = shutil.which(name)
        if interpreter:
            return subprocess.call([interpreter, __file__, *sys.argv[1:]])
    return fail(
        f"Python 3.11 or later is needed, and {sys.executable} is {sys.version.split()[0]}.\n"
        "    Install one, or give the path of an installed one: make setup PYTHON=/path/to/python3.12"
    )


def run(command: list[str]) -> None:
    """Run one command. Raises CalledProcessError if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in PIP_SETTINGS_IGNORED}
    subprocess.run(command, check=True, env=environment)


def log(sentence: str) -> None:
    """Print progress on stderr, separate from the output of the requested command."""
    print(f"setup: {sentence}", file=sys.stderr, flush=True)


def fail(reason: str) -> int:
    """Print why the set-up failed; return exit code 1."""
    log(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
