"""Services of the release before the code lists were data, in a checkout with a separate environment.

The checkout lies in the cache of the local stack, outside the repository, and is used again by later runs.
"""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from alongside_lab.bench.against.checkouts import environment
from alongside_localstack import parts
from alongside_localstack.ports import LOOPBACK, free_ports
from alongside_localstack.postgres.databases import Database
from alongside_localstack.service_env import ServiceEnv
from alongside_localstack.settings import StackSettings
from alongside_localstack.stack import LocalStack
from alongside_localstack.supervisor.supervisor import Supervisor

ROOT: Final = Path(__file__).resolve().parents[2]
FIRST_FILE_SINCE: Final = "shared/contracts/alongside_contracts/codes/releases.json"
"""The commit that added it is the first of the new release."""
SETUP_SECONDS_MAX: Final = 900


def python_of_the_release_before() -> Path:
    """Return the interpreter of the release before, ready to run its services; skip loudly without git history."""
    commit = _commit_before()
    folder = StackSettings().cache.expanduser() / "releases" / commit[:12]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "Makefile").exists():
            archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
            with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
                files.extractall(folder, filter="data")
        subprocess.run(
            ["make", "setup", f"PYTHON={getattr(sys, '_base_executable', sys.executable)}"],
            cwd=folder,
            env=environment(),
            check=True,
            capture_output=True,
            timeout=SETUP_SECONDS_MAX,
        )
    return folder / ".venv" / "bin" / "python"


def _commit_before() -> str:
    """Return the commit before the first of the new release."""
    added = _git("log", "--diff-filter=A", "--format=%H", "--", FIRST_FILE_SINCE).split()
    before = _git("rev-parse", "--verify", "--quiet", f"{added[-1]}^") if added else ""
    if not before:
        pytest.skip("NOT RUN against the release before: its commit is not in this clone (no git history)")
    return before


def _git(*arguments: str) -> str:
    finished = subprocess.run(["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True)
    return finished.stdout.strip() if finished.returncode == 0 else ""


@asynccontextmanager
async def running(
    stack: LocalStack, python: Path, databases: Mapping[str, Database]
) -> AsyncIterator[Mapping[str, str]]:
    """Migrate the databases with an interpreter's release and run its services; yield their base URLs by name."""
    ports = dict(zip(databases, free_ports(len(databases)), strict=True))
    urls = {service: f"http://{LOOPBACK}:{port}" for service, port in ports.items()}
    supervisor = Supervisor(stack.state.logs / f"release-{os.urandom(4).hex()}", environment=environment())
    for service, database in databases.items():
        env = _settings_of(stack, service, database, ports[service], urls)
        program = (str(python), "-m", f"alongside_{service}")
        migration = parts.migration(service, env)
        instance = parts.service_instance(service, service, env, after=(migration.name,))
        supervisor.add(
            replace(migration, argv=(*program, "migrate"), cwd=stack.state.root, after=()),
            replace(instance, argv=program, cwd=stack.state.root, restart=None),
        )
    try:
        await supervisor.start()
        yield urls
    finally:
        await supervisor.stop()


def _settings_of(
    stack: LocalStack, service: str, database: Database, port: int, urls: Mapping[str, str]
) -> Mapping[str, str]:
    return ServiceEnv(
        service=service,
        database=database,
        kafka=stack.kafka,
        port=port,
        otlp_endpoint="",
        instance_id="",
        service_token=stack.service_token,
        person_key=stack.state.key("person-key"),
        smtp_port=None,
        urls=urls,
    ).variables()
