"""A small separate disk for all outboxes, so that it can be full while the rest of PostgreSQL has space.

The disk is a tablespace on a tmpfs, which only root can mount; for other users the suite reports the fault as missed.
PostgreSQL answers as with any full disk: SQLSTATE 53100 at the insert that needs another page.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from alongside_localstack.postgres.databases import Database, Server
from alongside_localstack.supervisor.account import Account

DISK_MEBIBYTES: Final = 96
TABLE_SPACE: Final = "outbox_disk"
_SECONDS_MAX: Final = 20
_TABLES: Final = (SQL("alter table outbox set tablespace {}"), SQL("alter index pk_outbox set tablespace {}"))


@dataclass(frozen=True)
class OutboxDisk:
    """A mounted disk. `fill` uses all its free space, `empty` frees it."""

    folder: Path

    def fill(self) -> int:
        """Write a ballast file until the disk is full; return its size in bytes."""
        written = 0
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in (1024 * 1024, 4096):
                with suppress(OSError):
                    while True:
                        written += ballast.write(b"\0" * size)
        return written

    def empty(self) -> None:
        """Delete the ballast file."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def outbox_disk(folder: Path, account: Account) -> Iterator[OutboxDisk | None]:
    """Mount a disk at `folder`, owned by the account, for as long as the block lasts; None where it is impossible."""
    if not _mount(folder):
        yield None
        return
    try:
        account.chown(folder)
        (folder / "pages").mkdir(mode=0o700)
        account.chown(folder / "pages")
        yield OutboxDisk(folder)
    finally:
        _run("umount", "--lazy", str(folder))
        with suppress(OSError):
            folder.rmdir()


def move_outboxes(disk: OutboxDisk, server: Server, databases: Mapping[str, Database]) -> None:
    """Move the outbox of every database to the disk. Blocking; waits for transactions that write there."""
    with server.connection() as connection:
        connection.execute(
            SQL("create tablespace {} location {}").format(
                Identifier(TABLE_SPACE), Literal(str(disk.folder / "pages"))
            )
        )
    for database in databases.values():
        with server.connection(database.name) as connection:
            for move in _TABLES:
                with suppress(psycopg.errors.UndefinedObject, psycopg.errors.UndefinedTable):
                    connection.execute(move.format(Identifier(TABLE_SPACE)))


def shrink_outboxes(server: Server, databases: Iterable[str]) -> None:
    """Free empty pages of the outboxes, so that the next insert needs a new one; ignores databases that fail."""
    for database in databases:
        with suppress(psycopg.Error), server.connection(database) as connection:
            connection.execute("set lock_timeout = '2s'")
            connection.execute("vacuum (truncate) outbox")


def _mount(folder: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    _run("umount", "--lazy", str(folder))  # left over from a killed run
    return _run("mount", "-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m,mode=0711", "tmpfs", str(folder))


def _run(*argv: str) -> bool:
    result = subprocess.run(argv, capture_output=True, timeout=_SECONDS_MAX, check=False)
    return result.returncode == 0
