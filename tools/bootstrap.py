#!/usr/bin/env python3
"""Make `.venv` ready: every pinned dependency, then our own rooms in editable form. `make` runs it first.

It does the work once, and again only when the lock, a room's pyproject.toml, the interpreter or the checkout's place
has changed; several runs at the same time wait for one another. Only the standard library is used, and no syntax newer
than Python 3.7, so that an old interpreter is told what is wrong instead of failing to parse this file.
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
# Settings that would send packages elsewhere. The machine's mirror and certificates are kept.
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
    """Bring `.venv` up to date with the lock and the rooms; return the process's exit code."""
    if sys.version_info[:2] < PYTHON_OLDEST:
        return restart_with_newer_python()
    if is_ready():
        return 0
    if importlib.util.find_spec("ensurepip") is None:
        return fail("this Python cannot make environments. On Debian or Ubuntu: apt install python3-venv")
    with exclusive_setup():
        if is_ready():  # another run did the work while we waited
            return 0
        try:
            install_everything()
        except subprocess.CalledProcessError as failure:
            return fail(f"stopped, because this failed:\n    {' '.join(failure.cmd)}")
    return 0


def is_ready() -> bool:
    """Tell whether `.venv` is what the lock and the rooms ask for."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text() == fingerprint()


def install_everything() -> None:
    """Create the environment if need be, install the lock, then the rooms, and leave the stamp."""
    began = time.monotonic()
    if venv_works():
        log("bringing .venv up to date")
    else:
        log(
            f"making .venv with Python {sys.version.split()[0]}; the first time, about 200 MB come over the network"
        )
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if not install_with_uv():
        run([*pip(), "--require-hashes", "-r", str(LOCK)])
        run([*pip(), "--no-deps", "--no-build-isolation", *editables()])
    STAMP.write_text(fingerprint())
    log(f"ready after {time.monotonic() - began:.0f} s")


def install_with_uv() -> bool:
    """Install in a tenth of pip's time; False where uv cannot, for example behind a mirror only pip knows of.

    It trusts what the machine trusts, as pip does: behind a company's own certificate its built-in list is not enough.
    """
    with tempfile.TemporaryDirectory() as scratch:
        pinned_uv = Path(scratch) / "uv.lock"
        pinned_uv.write_text(locked("uv"))
        run([*pip(), "--require-hashes", "-r", str(pinned_uv)])
    uv = [str(PYTHON), "-m", "uv", "--quiet", "--system-certs", "pip", "install", "--python", str(PYTHON)]
    try:
        run([*uv, "--compile-bytecode", "--require-hashes", "-r", str(LOCK)])
        run([*uv, "--no-deps", "--no-build-isolation", *editables()])
    except subprocess.CalledProcessError:
        log("uv could not install here; pip does the same, more slowly")
        return False
    return True


def fingerprint() -> str:
    """Name what `.venv` is made from; when any of it changes, `.venv` is brought up to date."""
    digest = hashlib.sha256(repr((str(ROOT), sys.version_info[:2])).encode())
    for path in [
        Path(__file__).resolve(),
        LOCK,
        *(distribution / "pyproject.toml" for distribution in distributions()),
    ]:
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


def distributions() -> list[Path]:
    """List the folders of our own distributions that exist in this checkout."""
    patterns = (
        "shared/*/pyproject.toml",
        "services/*/pyproject.toml",
        "cli/pyproject.toml",
        "localstack/pyproject.toml",
        "lab/pyproject.toml",
    )
    return sorted(found.parent for pattern in patterns for found in ROOT.glob(pattern))


def editables() -> list[str]:
    """Name every room, in editable form, as an installer's arguments."""
    return [argument for distribution in distributions() for argument in ("--editable", str(distribution))]


def locked(name: str) -> str:
    """Cut one distribution, with its hashes, out of the lock."""
    wanted, lines = False, []
    for line in LOCK.read_text().splitlines(keepends=True):
        if not line.startswith(" "):
            wanted = line.startswith(f"{name}==")
        if wanted:
            lines.append(line)
    return "".join(lines)


def pip() -> list[str]:
    """Spell a quiet installation into `.venv`."""
    return [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def venv_works() -> bool:
    """Tell whether `.venv` holds pip and the same Python as ours: it may be half made, moved or outdated."""
    check = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    try:
        return subprocess.run([str(PYTHON), "-c", check], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@contextlib.contextmanager
def exclusive_setup() -> Iterator[None]:
    """Hold this checkout's set-up for ourselves; the system lets go of it even after kill -9."""
    import fcntl

    with (ROOT / "pyproject.toml").open() as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        yield


def restart_with_newer_python() -> int:
    """Hand over to a newer interpreter on the PATH, or say which one is needed."""
    for name in PYTHON_CANDIDATES:
        found = shutil.which(name)
        if found:
            return subprocess.call([found, __file__, *sys.argv[1:]])
    return fail(
        f"Python 3.11 or later is needed, and {sys.executable} is {sys.version.split()[0]}.\n"
        "    Install one, or name one you have: make setup PYTHON=/path/to/python3.12"
    )


def run(command: list[str]) -> None:
    """Run one command; CalledProcessError if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in PIP_SETTINGS_IGNORED}
    subprocess.run(command, check=True, env=environment)


def log(sentence: str) -> None:
    """Tell the developer what goes on, beside the output of the command they asked for."""
    print(f"setup: {sentence}", file=sys.stderr, flush=True)


def fail(reason: str) -> int:
    """Say why set-up cannot go on; return the exit code for that."""
    log(reason)
    return 1


if __name__ == "__main__":
    sys.exit(main())
