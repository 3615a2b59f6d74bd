"""Finds a Java that can run Apache Kafka 4 (version 17 or newer)."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

JAVA_VERSION_MIN = 17
_ASK_SECONDS_MAX = 20


@dataclass(frozen=True)
class Java:
    """A `java` command and the feature version it reports."""

    command: Path
    version: int


def find_java(java_home: Path | None = None) -> Java | None:
    """Return the Java of `java_home`, else of the PATH; None when none has version 17 or newer."""
    candidates = [str(java_home / "bin" / "java")] if java_home else []
    if on_path := shutil.which("java"):
        candidates.append(on_path)
    for candidate in candidates:
        command = Path(candidate)
        version = _version(command) if command.exists() else None
        if version is not None and version >= JAVA_VERSION_MIN:
            return Java(command, version)
    return None


def _version(command: Path) -> int | None:
    release = command.resolve().parent.parent / "release"  # avoids starting a JVM for the version
    if release.is_file() and (found := re.search(r'JAVA_VERSION="(?:1\.)?(\d+)', release.read_text())):
        return int(found.group(1))
    try:
        result = subprocess.run(
            [str(command), "-version"],
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', result.stderr + result.stdout)
    return int(found.group(1)) if found else None
