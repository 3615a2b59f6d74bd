"""Reads the request body within limits, so that one faulty or hostile sender cannot stop the store."""

import asyncio
import zlib

from starlette.requests import ClientDisconnect, Request

from alongside_localstack.traces.errors import NotSpans, TooLarge, TooSlow, WrongEncoding

BODY_BYTES_MAX = 8 * 1024 * 1024
"""Limit of the compressed and of the uncompressed body; an exporter's batch of 512 spans is about 0.2 MB."""
BODY_SECONDS_MAX = 10.0
CONTENT_TYPES = frozenset({"application/x-protobuf", "application/protobuf"})


async def read_body(request: Request) -> bytes:
    """Return the uncompressed body. Raises WrongEncoding, TooLarge, TooSlow, or NotSpans for invalid gzip."""
    _check_content_type(request.headers.get("content-type", ""))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise WrongEncoding(f"Content-Encoding {encoding!r} is not supported; send gzip or none.")
    compressed = await _read(request)
    return _unzip(compressed) if encoding == "gzip" else compressed


def _check_content_type(header: str) -> None:
    content_type = header.partition(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        raise WrongEncoding(f"Content-Type {content_type!r} is not supported; send application/x-protobuf.")


async def _read(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    raise _too_large()
    except TimeoutError as error:
        raise TooSlow(f"Send the whole body within {BODY_SECONDS_MAX:.0f} s.") from error
    except ClientDisconnect as error:
        raise NotSpans("The sender disconnected before the end of the body; send it again.") from error
    return bytes(body)


def _unzip(compressed: bytes) -> bytes:
    unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # 16: expect a gzip header
    try:
        body = unzip.decompress(compressed, BODY_BYTES_MAX + 1)
    except zlib.error as error:
        raise NotSpans("The body is not valid gzip; send valid gzip or omit Content-Encoding.") from error
    if len(body) > BODY_BYTES_MAX:
        raise _too_large()
    if not unzip.eof:
        raise NotSpans("The gzip body is incomplete; send all of it.")
    return body


def _too_large() -> TooLarge:
    return TooLarge(f"Send at most {BODY_BYTES_MAX} bytes, uncompressed, in one export.")
