"""Pure ASGI middleware: one log line and one measurement per request, the methods of each path, and a limit on bodies."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alongside_chassis.http.problems import RefusedWhileReading, problem_response, too_large

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""The methods measured by name. All others are measured as one: each name a client invents would be one more time series."""
_OFFERED: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
QUIET_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})


class RequestLine:
    """Logs and measures each request by its route, never by its full path, which may hold ids of people."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, then log and measure its result."""
        if scope["type"] != "http" or scope["path"] in QUIET_PATHS:
            await self.app(scope, receive, send)
            return
        dependencies = scope["app"].state.runtime.dependencies
        began, status = dependencies.clock.monotonic(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            _report(dependencies, scope, status, dependencies.clock.monotonic() - began)


def _report(dependencies: Any, scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path_format", "unmatched")
    method = scope["method"] if scope["method"] in METHODS else "other"
    dependencies.metrics.http_seconds.labels(method, route, f"{status // 100}xx").observe(seconds)
    dependencies.log.info(
        "http-handled", method=method, route=route, status=status, seconds=round(seconds, 4)
    )


class Methods:
    """Answers OPTIONS, answers HEAD as GET without the body, and names in `Allow` the methods of a path that refuses one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it asks for the methods of a path that has some."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and (allowed := _allowed(scope)):
            await Response(status_code=204, headers={"Allow": allowed})(scope, receive, send)
        elif scope["method"] == "HEAD":
            as_get = {**scope, "method": "GET"}
            await self.app(as_get, receive, _without_body(_with_allow(scope, send)))
            scope["route"] = as_get.get("route")
        else:
            await self.app(scope, receive, _with_allow(scope, send))


def _allowed(scope: Scope) -> str:
    """Return the methods that the routes at this path take, as the header Allow; empty when there is no such path."""
    offered = {method for method in _OFFERED if _takes(scope, method)}
    return ", ".join(
        sorted({*offered, "OPTIONS", *(("HEAD",) if "GET" in offered else ())} if offered else ())
    )


def _takes(scope: Scope, method: str) -> bool:
    probe = {**scope, "method": method}
    return any(route.matches(probe)[0] is Match.FULL for route in scope["app"].router.routes)


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return send_head


def _with_allow(scope: Scope, send: Send) -> Send:
    async def send_allowed(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
            others = [(name, value) for name, value in message["headers"] if name != b"allow"]
            message = {**message, "headers": [*others, (b"allow", _allowed(scope).encode())]}
        await send(message)

    return send_allowed


class BodyLimit:
    """Refuses bodies over `bytes_max`, with and without a Content-Length.

    `uploads` are other limits, by a pattern of the whole path; a route with None limits its body itself.
    """

    def __init__(self, app: ASGIApp, bytes_max: int, uploads: Mapping[str, int | None]) -> None:
        self.app, self.bytes_max = app, bytes_max
        self.uploads = {re.compile(pattern): limit for pattern, limit in uploads.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting the bytes of its body."""
        bytes_max = self._bytes_max_of(scope["path"]) if scope["type"] == "http" else None
        if bytes_max is None:
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > bytes_max:
            await problem_response(too_large(bytes_max))(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > bytes_max:
                raise RefusedWhileReading(too_large(bytes_max))
            return message

        await self.app(scope, receive_counted, send)

    def _bytes_max_of(self, path: str) -> int | None:
        limits = (limit for pattern, limit in self.uploads.items() if pattern.fullmatch(path))
        return next(limits, self.bytes_max)
