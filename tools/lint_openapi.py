"""Checks the OpenAPI document of each service with Spectral: `make lint-openapi`. Needs Node.js with npm, or is skipped.

Spectral is fetched once, by npm, into the cache that all clones share.
"""

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from opentelemetry.sdk.trace import TracerProvider

from alongside_chassis.service import make_http_app
from alongside_contracts.services import SERVICES
from alongside_localstack.settings import StackSettings

SPECTRAL: Final = "@stoplight/spectral-cli@6"
RULES: Final = "extends: ['spectral:oas']\n"
NOT_A_KEY: Final = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SECONDS_MAX: Final = 300


def main() -> int:
    """Write the documents to a temporary folder and check them; return 0 when there is nothing to say about them."""
    npm = shutil.which("npm")
    if npm is None:
        print("lint-openapi: NOT RUN: there is no npm on the PATH; install Node.js 20 or later")
        return 0
    with tempfile.TemporaryDirectory(prefix="alongside-openapi-") as name:
        folder = Path(name)
        (folder / "rules.yaml").write_text(RULES)
        for service in SERVICES:
            (folder / f"{service}.json").write_text(json.dumps(document_of(service), indent=1))
        return lint(npm, folder)


def document_of(service: str) -> dict[str, Any]:
    """Return the document that a service shows at /openapi.json."""
    given = {"database_url": "postgresql://nowhere"} | (
        {"person_key": NOT_A_KEY} if service == "intake" else {}
    )
    settings = importlib.import_module(f"alongside_{service}.settings").Settings(**given)
    parts = importlib.import_module(f"alongside_{service}.app").service(settings)
    return make_http_app(parts, TracerProvider()).openapi()


def lint(npm: str, folder: Path) -> int:
    """Run Spectral on the documents; a warning counts as an error."""
    cache = StackSettings().cache.expanduser() / "npm"
    command = [
        *(npm, "exec", "--yes", "--cache", str(cache), "--package", SPECTRAL, "--"),
        *("spectral", "lint", "--ruleset", "rules.yaml", "--fail-severity", "warn"),
        *(f"{service}.json" for service in SERVICES),
    ]
    return subprocess.run(command, cwd=folder, timeout=SECONDS_MAX, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
