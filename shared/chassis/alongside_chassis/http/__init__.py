"""The HTTP API of a service: commands in one transaction each, reads, pages, problem+json, operators' routes, health."""

from alongside_chassis.http.codes_api import codes_router
from alongside_chassis.http.commands import WAITS_ITS_TURN, Command
from alongside_chassis.http.dependencies import CurrentRuntime, Read, ServiceOnly, runtime_of
from alongside_chassis.http.openapi import refuses_with
from alongside_chassis.http.pages import (
    PAGE_MAX,
    Page,
    cursor_number,
    cursor_text,
    cursor_time,
    decode_cursor,
    decode_id_cursor,
    encode_cursor,
)
from alongside_chassis.http.problems import broken_off, causes_of, problem_of, too_large, unforeseen_problem
from alongside_chassis.http.strict_route import APIRouter, StrictRoute

__all__ = [
    "PAGE_MAX",
    "WAITS_ITS_TURN",
    "APIRouter",
    "Command",
    "CurrentRuntime",
    "Page",
    "Read",
    "ServiceOnly",
    "StrictRoute",
    "broken_off",
    "causes_of",
    "codes_router",
    "cursor_number",
    "cursor_text",
    "cursor_time",
    "decode_cursor",
    "decode_id_cursor",
    "encode_cursor",
    "problem_of",
    "refuses_with",
    "runtime_of",
    "too_large",
    "unforeseen_problem",
]
