"""The state folder of a stack: data, logs, ports, secrets, and the status of the running processes.

ports.json    ports chosen once, used again at the next start
secrets.json  passwords, tokens and keys, generated once (0600)
status.json   last status of the running supervisor
lock          held by the running supervisor
logs/ postgres/ kafka/ mail/
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from alongside_cli.errors import CommandError
from alongside_localstack.errors import AlreadyRunning
from alongside_localstack.ports import choose_port
from alongside_localstack.supervisor.account import Account, system_folder

_LOCK_TRIES = 5
_LOCK_PAUSE_SECONDS = 0.05


class StateFolder:
    """A state folder. A relative path is resolved against the working directory at construction."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.logs = self.root / "logs"
        self.kafka = self.root / "kafka"
        self.mail = self.root / "mail"

    def create(self) -> None:
        """Create the folder, with a .gitignore inside it. Raises CommandError when it cannot be written."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            (self.root / ".gitignore").write_text("*\n")
        except OSError as error:
            raise CommandError(
                f"The state folder {self.root} cannot be written: {error.strerror}.",
                remedy="set ALONGSIDE_STATE to a folder that can be written.",
            ) from error

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """Lock the folder for one supervisor. Raises AlreadyRunning with the pid of the other one."""
        self.create()
        with (self.root / "lock").open("a+") as lock:
            try:
                _lock(lock)
            except OSError as error:
                lock.seek(0)
                raise AlreadyRunning(
                    f"A stack is already running on {self.root} (pid {lock.read().strip() or 'unknown'}).",
                    remedy="use it, stop it with `alongside down`, or set ALONGSIDE_STATE to another folder.",
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield
            lock.truncate(0)

    def is_held(self) -> bool:
        """Return whether a supervisor has locked the folder now."""
        try:
            with (self.root / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return False

    def port(self, name: str, *, requested: int | None = None, preferred: int | None = None) -> int:
        """Return the port for `name`, the last used one where possible; see `choose_port`."""
        last_used = self._read("ports.json")
        last: int | None = last_used.get(name)
        others = {port for other, port in last_used.items() if other != name}
        usual = preferred if preferred not in others else None
        port = choose_port(name, requested=requested, last_used=last, preferred=usual, avoid=others)
        if port != last:
            self._write("ports.json", {**last_used, name: port})
        return port

    def password(self, name: str) -> str:
        """Return a password or token, generated at the first call."""
        return self._secret(name, lambda: secrets.token_urlsafe(24))

    def key(self, name: str) -> str:
        """Return 32 random bytes in base64, generated at the first call."""
        return self._secret(name, lambda: base64.b64encode(secrets.token_bytes(32)).decode())

    def _secret(self, name: str, generate: Callable[[], str]) -> str:
        stored = self._read("secrets.json")
        if name not in stored:
            stored[name] = generate()
            self._write("secrets.json", stored)
        secret: str = stored[name]
        return secret

    def postgres_home(self, account: Account) -> Path:
        """Return the folder of the PostgreSQL cluster: here or, if its account cannot enter, a system folder.

        The file `postgres-home` names the system folder. Without that file, a cluster in our system folder belongs to a
        state folder that was deleted by hand: its passwords are lost, so it is deleted.
        """
        pointer = self.root / "postgres-home"
        if pointer.exists():
            return Path(pointer.read_text())
        if account.can_enter(self.root):
            return self.root / "postgres"
        clusters = system_folder() / "clusters"
        clusters.mkdir(mode=0o755, exist_ok=True)
        home = clusters / hashlib.sha256(str(self.root).encode()).hexdigest()[:16]
        shutil.rmtree(home, ignore_errors=True)
        pointer.write_text(str(home))
        return home

    def write_status(self, status: dict[str, Any]) -> None:
        """Replace status.json atomically."""
        self._write("status.json", status)

    def read_status(self) -> dict[str, Any]:
        """Return the supervisor's last status; empty when it never ran here."""
        return self._read("status.json")

    def remove(self) -> None:
        """Delete everything. The caller must make sure that nothing runs. Raises CommandError when it fails."""
        pointer = self.root / "postgres-home"
        if pointer.exists():
            shutil.rmtree(pointer.read_text(), ignore_errors=True)
        try:
            if self.root.exists():
                shutil.rmtree(self.root)
        except OSError as error:
            raise CommandError(
                f"{error.filename or self.root} could not be removed: {error.strerror}.",
                remedy="run `alongside reset` as the user who started the stack.",
            ) from error

    def _read(self, name: str) -> dict[str, Any]:
        try:
            read: dict[str, Any] = json.loads((self.root / name).read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise CommandError(
                f"{self.root / name} is damaged: {error}.",
                remedy="delete ports.json or status.json; for secrets.json run `alongside reset`, which deletes all local data.",
            ) from error
        return read

    def _write(self, name: str, content: dict[str, Any]) -> None:
        unfinished = self.root / f".{name}.{os.getpid()}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(content, indent=1))
        unfinished.replace(self.root / name)


def _lock(file: TextIO) -> None:
    # Several attempts: `is_held`, called by another process, takes the lock for an instant.
    for _ in range(_LOCK_TRIES - 1):
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_LOCK_PAUSE_SECONDS)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
