"""Creates the two cached files that make Kafka start fast: the checkpoint of new storage, and Java's class-data archive."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

from alongside_localstack.kafka.cluster import KafkaCluster, KafkaNode, format_checkpoint
from alongside_localstack.kafka.jars import KafkaJars, ReportProgress, exclusive_access
from alongside_localstack.ports import free_ports
from alongside_localstack.supervisor.process_groups import die_with_parent

_STARTED = b"Kafka Server started"
_TRIAL_SECONDS_MAX = 60.0


def fill_start_up_cache(jars: KafkaJars, *, report_progress: ReportProgress) -> None:
    """Create the missing files; concurrent runs wait for each other. Raises StartFailed if Kafka cannot run.

    A missing class-data archive only makes the start slower, so failing to create it is no error.
    """
    if jars.checkpoint.exists() and jars.archive.exists():
        return
    with exclusive_access(jars.folder):
        format_checkpoint(jars)
        if not jars.archive.exists():
            report_progress("preparing Apache Kafka to start fast, once ...")
            _create_archive(jars)


def _create_archive(jars: KafkaJars) -> None:
    unfinished = jars.folder / f"{uuid.uuid4().hex}.jsa"
    with tempfile.TemporaryDirectory(prefix="alongside-kafka-") as scratch:
        client, controller = free_ports(2)
        cluster = KafkaCluster(Path(scratch), jars, (KafkaNode(1, client, controller),))
        cluster.create()
        _trial_run(cluster, unfinished)
    if unfinished.exists():
        unfinished.rename(jars.archive)


def _trial_run(cluster: KafkaCluster, archive: Path) -> None:
    """Start Kafka and end it: Java writes the archive of the classes it loaded when it exits."""
    command, *rest = cluster.argv(cluster.nodes[0])
    log = cluster.folder / "trial.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [command, f"-XX:ArchiveClassesAtExit={archive}", *rest],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509  it takes no lock, so it cannot deadlock
        )
    deadline = time.monotonic() + _TRIAL_SECONDS_MAX
    while _STARTED not in log.read_bytes() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    process.terminate()
    try:
        process.wait(_TRIAL_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
