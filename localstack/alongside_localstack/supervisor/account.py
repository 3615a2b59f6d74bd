"""Which account PostgreSQL runs as, and where its files may live.

PostgreSQL refuses to run as root. As an ordinary user nothing is special: it runs as that user, in the state folder.
As root (containers, CI) it runs as `nobody`, who often cannot even enter the folder a clone lives in (a 0700 home).
Nobody's permissions are changed for that: where a folder cannot be entered, the files move under `system_folder()`
instead. (Keeping CAP_DAC_OVERRIDE for the server was tried: PostgreSQL checks its own binary with access(2), which
looks at the real user and fails all the same; and it would hand a server the run of the machine.)
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
    """An operating system account a process is started as; `uid` None means whoever we are."""

    uid: int | None = None
    gid: int | None = None

    def give(self, path: Path) -> None:
        """Make the account own `path` (not what is below it)."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through `folder` and every folder above it."""
        if self.uid is None:
            return True
        resolved = folder.resolve()
        return all(self._may(path, read=False) for path in (resolved, *resolved.parents) if path.exists())

    def can_read(self, path: Path) -> bool:
        """Whether the account may reach and read `path`."""
        return self.uid is None or (self.can_enter(path.parent) and self._may(path, read=True))

    def _may(self, path: Path, *, read: bool) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            wanted = stat.S_IRUSR if read else stat.S_IXUSR
        elif found.st_gid == self.gid:
            wanted = stat.S_IRGRP if read else stat.S_IXGRP
        else:
            wanted = stat.S_IROTH if read else stat.S_IXOTH
        return bool(found.st_mode & wanted)


def server_account() -> Account:
    """Ourselves, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return Account()
    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError as error:
        raise Unavailable(
            f"PostgreSQL refuses to run as root and this machine has no account '{_UNPRIVILEGED}'.",
            remedy="run as an ordinary user, or point ALONGSIDE_POSTGRES at a server of your own.",
        ) from error
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def system_folder() -> Path:
    """A folder every account can enter, for what cannot stay below a closed home. Only root asks."""
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
    """A new 0700 folder that belongs to the account, at a place it can enter."""
    parent = Path(tempfile.gettempdir())
    if not account.can_enter(parent):
        parent = system_folder()
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    account.give(folder)
    return folder


def copy_once(source: Path, target: Path) -> Path:
    """Copy a tree unless it is there already; two processes doing so at once both end up with a whole copy."""
    if target.exists():
        return target
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".copy-", dir=target.parent))
    try:
        shutil.copytree(source, unfinished, symlinks=True, dirs_exist_ok=True)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target
