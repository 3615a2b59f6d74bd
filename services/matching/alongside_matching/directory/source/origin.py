"""Where a row is in its publisher's package, and the digest by which that row is recognised.

A database keeps only the digest: the row itself stays in the package, where the import command finds it again.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

DIGEST_CHARS: Final = 16


@dataclass(frozen=True, slots=True)
class Origin:
    """The file of a row, the line where it begins (CSV, the header is 1) or its document's position (JSON), and its text.

    The text of a row in CSV is its lines as written; that of a row in JSON is its document with sorted keys.
    """

    path: str
    line: int
    text: str

    @property
    def digest(self) -> str:
        """Return the first 16 hexadecimal digits of the SHA-256 of the text, without the end of its last line."""
        content = self.text.rstrip("\r\n").encode("utf-8", "surrogateescape")
        return sha256(content).hexdigest()[:DIGEST_CHARS]
