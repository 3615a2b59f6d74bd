"""Finds the rows of a datapackage that a report names, in the operator's own file: a service keeps only their digests."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Any, Final

DIGEST_BYTES: Final = 8
LINES_MAX: Final = 2_000
"""Lines that one row of a CSV file may have."""


class PackageRows:
    """The rows of one package, by file, line and digest. Files are read once, and kept while rows are asked for."""

    def __init__(self, package: Path, digest_key: bytes) -> None:
        self._package, self._digest_key = package, digest_key
        self._lines: dict[str, Sequence[str]] = {}
        self._documents: dict[str, Sequence[Any]] = {}

    def find(self, path: str, line: int, digest: str) -> str | None:
        """Return the text of a row that begins at this line (CSV) or is this document (JSON); None when it is not there."""
        if not path:
            return None
        texts = self._texts(path, line)
        return next((text for text in texts if digest_of(text, self._digest_key) == digest), None)

    def _texts(self, path: str, line: int) -> Iterator[str]:
        if PurePosixPath(path).suffix.lower() == ".csv":
            lines = self._lines_of(path)
            text = ""
            for each in lines[line - 1 : line - 1 + LINES_MAX]:
                text += each
                yield text
        elif 0 < line <= len(documents := self._documents_of(path)):
            yield json.dumps(documents[line - 1], sort_keys=True)

    def _lines_of(self, path: str) -> Sequence[str]:
        if path not in self._lines:
            text = self._read(path).decode("utf-8-sig", "surrogateescape")
            self._lines[path] = list(io.StringIO(text, newline=""))  # lines as the csv module counts them
        return self._lines[path]

    def _documents_of(self, path: str) -> Sequence[Any]:
        if path not in self._documents:
            self._documents[path] = _documents(path, self._read(path))
        return self._documents[path]

    def _read(self, path: str) -> bytes:
        with zipfile.ZipFile(self._package) as archive:
            return archive.read(path)


def digest_of(text: str, key: bytes) -> str:
    """Return the keyed BLAKE2b digest of a row, without the end of its last line, as 16 hexadecimal digits."""
    content = text.rstrip("\r\n").encode("utf-8", "surrogateescape")
    return blake2b(content, digest_size=DIGEST_BYTES, key=key).hexdigest()


def _documents(path: str, content: bytes) -> Sequence[Any]:
    """Return the documents of a JSON file: those of an array or page, the only one, or one of each line."""
    text = content.decode("utf-8-sig")
    if PurePosixPath(path).suffix.lower() != ".json":
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    parsed = json.loads(text)
    page = parsed.get("contents") if isinstance(parsed, dict) else parsed
    return page if isinstance(page, list) else [parsed]
