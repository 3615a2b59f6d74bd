"""Turns the bytes of a body into text, whatever encoding and escapes they are in; no byte is lost to a wrong one."""

import base64
import json
import re
import zlib
from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote_plus

from alongside_intake.danger.folding import INVISIBLE

_GZIP: Final = b"\x1f\x8b"
"""How a compressed body begins. Such a body is refused, but what it says is heard."""
UNPACKED_BYTES_MAX: Final = 256 * 1024

_LATIN: Final = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
"""Bytes that are no UTF-8, as `surrogateescape` decodes them, and what they are in the usual other encoding."""
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_QUOTE_ENTITY: Final = re.compile(r"&(?:quot|apos|#0{0,4}3[49]|#x0{0,4}2[27]);", re.IGNORECASE)
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")


def readings_of(body: bytes) -> Sequence[str]:
    """Return the text of a body, first in the encoding it seems to have.

    Zeros are of UTF-16 or UTF-32, or of a binary prefix, and the rest of the body is ASCII or UTF-8: both are read.
    """
    body = _unpacked(body)
    encoding = json.detect_encoding(body)
    if encoding.startswith("utf-8"):
        return [_decoded(body)]
    return [body.decode(encoding, errors="replace"), _decoded(body.replace(b"\0", b""))]


def without_escapes(text: str) -> str:
    """Return text that is not whole JSON without the escapes of JSON, of web pages and of forms."""
    text = _QUOTE_ENTITY.sub('"', _ESCAPE.sub(_unescaped, text))
    return INVISIBLE.sub("", unquote_plus(text, errors="surrogateescape").translate(_LATIN))


def bytes_of_base64(text: str) -> bytes:
    """Return what is encoded, also when the padding or the end is missing."""
    digits = _NOT_BASE64.sub("", text.replace("-", "+").replace("_", "/"))
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.b64decode(digits + "=" * (-len(digits) % 4))


def _unpacked(body: bytes) -> bytes:
    """Return the beginning of what a compressed body says, also when it was cut off; any other body as it is."""
    if not body.startswith(_GZIP):
        return body
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(body, UNPACKED_BYTES_MAX)
    except zlib.error:
        return body


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("utf-8-sig", errors="surrogateescape").translate(_LATIN)


def _unescaped(match: re.Match[str]) -> str:
    char = chr(int(match.group(1), 16))
    return char if char.isprintable() and char not in '"\\' else " "
