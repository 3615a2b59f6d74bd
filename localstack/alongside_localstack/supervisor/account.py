"""The account that PostgreSQL runs as, and the folders it can use.

PostgreSQL refuses to run as root. For an ordinary user it runs as that user, in the state folder. For root
(containers, CI) it runs as `nobody`, which often cannot enter the folder of the clone (a 0700 home). No permissions are
changed for that: where a folder cannot be entered, the files are stored under `system_folder()` instead. (Keeping
CAP_DAC_OVERRIDE for the server was tried: PostgreSQL checks its binary with access(2), which uses the real user and
fails nevertheless; and the server could then access every file of the machine.)
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from alongside_cli.errors import Unavailable

_UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """The operating system account of a process; `uid` None is the current user."""

    uid: int | None = None
    gid: int | None = None

    def chown(self, path: Path) -> None:
        """Make the account the owner of `path` itself, not of its content."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Return whether the account may enter `folder` and every folder above it."""
        if self.uid is None:
            return True
        resolved = folder.resolve()
        return all(self._may(path, read=False) for path in (resolved, *resolved.parents) if path.exists())

    def can_read(self, path: Path) -> bool:
        """Return whether the account may reach and read `path`."""
        return self.uid is None or (self.can_enter(path.parent) and self._may(path, read=True))

    def _may(self, path: Path, *, read: bool) -> bool:
        status = path.stat()
        if status.st_uid == self.uid:
            permission = stat.S_IRUSR if read else stat.S_IXUSR
        elif status.st_gid == self.gid:
            permission = stat.S_IRGRP if read else stat.S_IXGRP
        else:
            permission = stat.S_IROTH if read else stat.S_IXOTH
        return bool(status.st_mode & permission)


def server_account() -> Account:
    """Return the current user's account, or `nobody` for root. Raises Unavailable without such an account."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        raise Unavailable(
            f"PostgreSQL refuses to run as root and this machine has no account '{_UNPRIVILEGED}'.",
            remedy="run as an ordinary user, or set ALONGSIDE_POSTGRES to an existing server.",
        ) from error
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def system_folder() -> Path:
    """Return a folder that every account can enter, for files that `nobody` must read. Only root needs it."""
    for folder in (Path("/var/lib/alongside"), Path(tempfile.gettempdir()) / "alongside"):
        try:
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            folder.chmod(0o755)
        except OSError:
            continue
        return folder
    raise Unavailable(
        "No system folder could be created for PostgreSQL's files.",
        remedy="make /var/lib writable, run as an ordinary user, or set ALONGSIDE_POSTGRES.",
    )


def open_temporary_folder(account: Account, prefix: str) -> Path:
    """Create a 0700 folder owned by the account, in a folder that it can enter."""
    parent = Path(tempfile.gettempdir())
    if not account.can_enter(parent):
        parent = system_folder()
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    account.chown(folder)
    return folder


def copy_once(source: Path, target: Path) -> Path:
    """Copy a tree unless the target exists; safe for two processes at once."""
    if target.exists():
        return target
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    temporary_copy = Path(tempfile.mkdtemp(prefix=".copy-", dir=target.parent))
    try:
        shutil.copytree(source, temporary_copy, symlinks=True, dirs_exist_ok=True)
        temporary_copy.chmod(0o755)
        temporary_copy.rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(temporary_copy, ignore_errors=True)
    return target
