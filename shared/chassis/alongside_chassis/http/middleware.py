"""Pure ASGI middleware: one log line and one measurement per request, and a limit on the size of bodies."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alongside_chassis.http.problems import problem_response, too_large

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""The methods measured by name. All others are measured as one: each name a client invents would be one more time series."""
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
    route = getattr(scope.get("route"), "path", "unmatched")
    method = scope["method"] if scope["method"] in METHODS else "other"
    dependencies.metrics.http_seconds.labels(method, route, f"{status // 100}xx").observe(seconds)
    dependencies.log.info(
        "http-handled", method=method, route=route, status=status, seconds=round(seconds, 4)
    )


class BodyLimit:
    """Refuses bodies over `bytes_max`, with and without a Content-Length.

    Paths that end in one of `exempt` are not limited here: these routes stream large uploads and limit them themselves.
    """

    def __init__(self, app: ASGIApp, bytes_max: int, exempt: tuple[str, ...]) -> None:
        self.app, self.bytes_max, self.exempt = app, bytes_max, exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting the bytes of its body."""
        if scope["type"] != "http" or scope["path"].endswith(self.exempt):
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.bytes_max:
            await problem_response(too_large(self.bytes_max))(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.bytes_max:
                raise HTTPException(413, "The body is too large")  # FastAPI turns any other error into a 400
            return message

        await self.app(scope, receive_counted, send)
