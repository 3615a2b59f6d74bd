"""Write requirements.lock: every dependency of our distributions and tools, pinned, with hashes, for every platform.

The file contains no index and no path of the machine that wrote it, so that it can be installed anywhere. Locked
versions do not change unless `--upgrade` or `--upgrade-package NAME` is given.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PYTHON_OLDEST = "3.11"


def main() -> int:
    """Resolve requirements.in into requirements.lock; return the resolver's exit code."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "requirements.in"),
        *("--universal", "--python-version", PYTHON_OLDEST),
        *("--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        *(argument for name in our_distributions() for argument in ("--no-emit-package", name)),
        *("--quiet", "--output-file", str(LOCK)),
        *sys.argv[1:],
    ]
    finished = subprocess.run(command, cwd=ROOT, check=False)
    if finished.returncode == 0:
        pinned = [line for line in LOCK.read_text().splitlines() if "==" in line.split(" ")[0]]
        print(f"lock: {len(pinned)} distributions pinned in {LOCK.name}")
    return finished.returncode


def our_distributions() -> list[str]:
    """Return the names of our distributions: they are installed from this checkout, never from an index."""
    patterns = (
        "shared/*/pyproject.toml",
        "services/*/pyproject.toml",
        "cli/pyproject.toml",
        "localstack/pyproject.toml",
        "lab/pyproject.toml",
    )
    projects = sorted(path for pattern in patterns for path in ROOT.glob(pattern))
    return [tomllib.loads(project.read_text())["project"]["name"] for project in projects]


if __name__ == "__main__":
    sys.exit(main())
