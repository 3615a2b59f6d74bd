"""Reads records whose header names are not UTF-8, which aiokafka refuses together with their whole batch.

One such record on a partner's stream would stop that consumer for good: each poll fails at the same offset, whatever the
records before and after it (measured with aiokafka 0.14 on Apache Kafka 4.3). So a batch that cannot be read is read again
by aiokafka's own Python reader with undecodable bytes escaped, and its records are then decoded one by one.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

MAGIC_WITH_HEADERS = 2


def install() -> None:
    """Make every consumer of this process read tolerantly; a second call changes nothing."""
    fetcher.MemoryRecords = TolerantMemoryRecords


class TolerantMemoryRecords(_MemoryRecordsPy):  # type: ignore[misc]  # aiokafka's readers are untyped
    """The record batches of one fetched partition."""

    def next_batch(self, *args: int) -> Any:
        """Return the next batch, or None; its records can be read whatever the names of their headers."""
        data = self._next_slice
        batch = super().next_batch(*args)
        if data is None or batch is None or data[self.MAGIC_OFFSET] < MAGIC_WITH_HEADERS:
            return batch
        return _TolerantBatch(batch, data)


class _TolerantBatch:
    """A batch read by aiokafka's fast reader, and from the first undecodable name on by the tolerant one."""

    def __init__(self, batch: Any, data: memoryview) -> None:
        self._batch, self._data = batch, data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        read = 0
        try:
            for record in self._batch:
                yield record
                read += 1
        except (UnicodeDecodeError, CorruptRecordException):
            yield from islice(_tolerantly(self._data), read, None)


class _Escaping(bytearray):
    """Bytes whose slices can always be decoded to text."""

    def __getitem__(self, index: Any) -> Any:
        content = super().__getitem__(index)
        return _Escaping(content) if isinstance(index, slice) else content

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        """Return the text, with undecodable bytes escaped as `\\xff`."""
        return super().decode(encoding, "backslashreplace" if errors == "strict" else errors)


def _tolerantly(data: memoryview) -> Iterator[Any]:
    batch = _DefaultRecordBatchPy(data)
    batch._maybe_uncompress()  # noqa: SLF001  (its public methods decode strictly)
    batch._buffer = _Escaping(batch._buffer)  # noqa: SLF001
    return iter(batch)
