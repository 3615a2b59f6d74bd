"""The HTTP API of a service: commands in one transaction each, reads, pages, problem+json, operators' routes, health."""

from alongside_chassis.http.api import (
    PAGE_MAX,
    Command,
    CurrentRuntime,
    Page,
    Read,
    ServiceOnly,
    bad_cursor,
    causes_of,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
    problem_of,
    runtime_of,
    too_large,
)
from alongside_chassis.http.codes_api import codes_router

__all__ = [
    "PAGE_MAX",
    "Command",
    "CurrentRuntime",
    "Page",
    "Read",
    "ServiceOnly",
    "bad_cursor",
    "causes_of",
    "codes_router",
    "decode_cursor",
    "decode_id_cursor",
    "encode_cursor",
    "problem_of",
    "runtime_of",
    "too_large",
]
