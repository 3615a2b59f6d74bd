"""The HTTP API of a service: commands in one transaction each, reads, pages, problem+json, operators' routes, health."""

from alongside_chassis.http.api import (
    PAGE_MAX,
    Command,
    CurrentRuntime,
    Page,
    Read,
    ServiceOnly,
    bad_cursor,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
)

__all__ = [
    "PAGE_MAX",
    "Command",
    "CurrentRuntime",
    "Page",
    "Read",
    "ServiceOnly",
    "bad_cursor",
    "decode_cursor",
    "decode_id_cursor",
    "encode_cursor",
]
