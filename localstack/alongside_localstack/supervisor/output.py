"""Reads the log file of a process as it grows, and limits its size."""

from __future__ import annotations

import shutil
from pathlib import Path

from alongside_localstack.supervisor.child import LOG_BYTES_MAX

_READ_BYTES_MAX = 256 * 1024


class Output:
    """A read position in a log. Processes write the file directly, so a slow reader never blocks them."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._offset = log.stat().st_size if log.exists() else 0
        self._incomplete_line = b""

    def new_lines(self, *, wanted: bool) -> list[str]:
        """Return the complete lines written since the last call; without `wanted` only skip them.

        A log beyond LOG_BYTES_MAX is copied to `.1` and emptied; lines written during the copy are lost.
        """
        if not self._log.exists():
            return []
        size = self._log.stat().st_size
        if size < self._offset:  # replaced at a restart
            self._offset, self._incomplete_line = 0, b""
        lines = self._read() if wanted and size > self._offset else []
        if not wanted:
            self._offset, self._incomplete_line = size, b""
        if size > LOG_BYTES_MAX:
            self._rotate()
        return lines

    def _read(self) -> list[str]:
        with self._log.open("rb") as file:
            file.seek(self._offset)
            new = file.read(_READ_BYTES_MAX)
        self._offset += len(new)
        *complete_lines, self._incomplete_line = (self._incomplete_line + new).split(b"\n")
        return [line.decode(errors="replace").rstrip("\r") for line in complete_lines]

    def _rotate(self) -> None:
        shutil.copyfile(self._log, self._log.with_name(self._log.name + ".1"))
        with self._log.open("r+b") as file:
            file.truncate(0)
        self._offset, self._incomplete_line = 0, b""
