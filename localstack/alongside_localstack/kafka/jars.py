"""Apache Kafka's jars: downloaded once from Maven Central into a cache that all clones share.

<cache>/kafka-<version>/libs/                 the jars
<cache>/kafka-<version>/bootstrap.checkpoint  what `kafka-storage format` writes, the same for every cluster
<cache>/kafka-<version>/java-<n>.jsa          class-data archive: starting takes 1.1 s with it, 1.7 s without
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from alongside_cli.errors import Unavailable
from alongside_localstack.kafka.java import Java

ReportProgress = Callable[[str], None]

_REPOSITORY = Path(__file__).resolve().parents[3]
POM = _REPOSITORY / "deploy" / "kafka" / "local" / "pom.xml"


@dataclass(frozen=True)
class KafkaJars:
    """A complete Apache Kafka in the cache."""

    folder: Path
    java: Java

    @property
    def class_path(self) -> str:
        """All jars in a fixed order: a class-data archive is valid only for the identical class path."""
        return ":".join(str(jar) for jar in sorted((self.folder / "libs").glob("*.jar")))

    @property
    def checkpoint(self) -> Path:
        """The feature levels a new cluster starts with."""
        return self.folder / "bootstrap.checkpoint"

    @property
    def archive(self) -> Path:
        """The class-data archive for this Java; without it the start is slower."""
        return self.folder / f"java-{self.java.version}.jsa"


def kafka_version(pom: Path = POM) -> str:
    """Return the version pinned in the pom. Raises Unavailable outside a clone, where there is no pom."""
    try:
        found = re.search(r"<kafka\.version>([^<]+)<", pom.read_text())
    except OSError:
        found = None
    if found is None:
        raise Unavailable(
            f"{pom} is missing or names no Kafka version.",
            remedy="run from a clone of the repository, or set ALONGSIDE_KAFKA or ALONGSIDE_BROKER=embedded.",
        )
    return found.group(1)


def cached_jars(cache: Path, java: Java) -> KafkaJars | None:
    """Return the jars from the cache, or None if they were not downloaded yet."""
    folder = _folder(cache)
    return KafkaJars(folder, java) if (folder / "libs").is_dir() else None


def fetch_jars(cache: Path, java: Java, *, seconds_max: float, report_progress: ReportProgress) -> KafkaJars:
    """Return the jars from the cache or, once, from Maven Central (44 MB). Concurrent runs wait for each other.

    Raises Unavailable, with the end of Maven's output, when they cannot be downloaded.
    """
    folder = _folder(cache)
    with exclusive_access(folder):
        if not (folder / "libs").is_dir():
            maven = _maven()
            report_progress(
                f"fetching Apache Kafka {kafka_version()} from Maven Central, once, into {folder} ..."
            )
            _download(maven, folder, seconds_max)
    return KafkaJars(folder, java)


@contextlib.contextmanager
def exclusive_access(folder: Path) -> Iterator[None]:
    """Lock the folder, created if missing, against other processes; wait until it is free."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _maven() -> str:
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable(
            "Maven (mvn) is not installed.", remedy="install Maven, or set ALONGSIDE_BROKER=embedded."
        )
    return maven


def _download(maven: str, folder: Path, seconds_max: float) -> None:
    unfinished = Path(tempfile.mkdtemp(prefix="libs-", dir=folder))
    try:
        _run_maven(maven, unfinished, seconds_max)
        if not any(unfinished.glob("kafka_2.13-*.jar")):
            raise Unavailable(
                "Maven finished without the Kafka server jar.", remedy=f"check the dependencies in {POM}."
            )
        unfinished.chmod(0o755)
        unfinished.rename(folder / "libs")
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _run_maven(maven: str, target: Path, seconds_max: float) -> None:
    argv = [maven, "-B", "-ntp", "-q", "-Dstyle.color=never", "-f", str(POM), "dependency:copy-dependencies"]
    try:
        done = subprocess.run(
            [*argv, f"-DoutputDirectory={target}", "-DincludeScope=runtime"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds_max,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(
            f"Maven Central did not deliver within {seconds_max:.0f} s.",
            remedy="check the network, or raise ALONGSIDE_KAFKA_FETCH_SECONDS_MAX.",
        ) from error
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if line.startswith("[ERROR]")]
        raise Unavailable(
            "Maven could not fetch the Kafka jars.",
            log_tail="\n".join(errors[:3]),
            remedy="check the network and Maven's settings, or set ALONGSIDE_BROKER=embedded.",
        )


def _folder(cache: Path) -> Path:
    return cache.expanduser().absolute() / f"kafka-{kafka_version()}"
