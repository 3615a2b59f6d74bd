"""Where a row is in its publisher's package, and the digest by which that row is recognised.

A database keeps only the digest: the row itself stays in the package, where the import command finds it again. The digest has a
key, which the sender of the package knows and no database keeps: without it, a street could be found by trying all streets.
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final

DIGEST_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Origin:
    """The file of a row, the line where it begins (CSV, the header is 1) or its document's position (JSON), and its text.

    The text of a row in CSV is its lines as written; that of a row in JSON is its document with sorted keys.
    """

    path: str
    line: int
    text: str

    def digest(self, key: bytes) -> str:
        """Return the keyed BLAKE2b digest of the text, without the end of its last line, as 16 hexadecimal digits."""
        return _digest(self.text, key)


@lru_cache(maxsize=4)  # all rows of a JSON document have its text
def _digest(text: str, key: bytes) -> str:
    content = text.rstrip("\r\n").encode("utf-8", "surrogateescape")
    return blake2b(content, digest_size=DIGEST_BYTES, key=key).hexdigest()
