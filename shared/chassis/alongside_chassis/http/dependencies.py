"""What routes depend on: the running service, a connection for reading, the service token."""

import hmac
from collections.abc import AsyncIterator
from typing import Annotated

import asyncpg
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from alongside_chassis.errors import HttpProblem
from alongside_chassis.lifecycle.runtime import Runtime


class Reader:
    """A read-only connection for one request."""

    def __init__(self, conn: asyncpg.Connection, runtime: Runtime) -> None:
        self.conn, self.runtime = conn, runtime


def runtime_of(request: Request) -> Runtime:
    """Return the running service that handles a request."""
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _read(runtime: Annotated[Runtime, Depends(runtime_of)]) -> AsyncIterator[Reader]:
    async with runtime.read() as conn:
        yield Reader(conn, runtime)


SERVICE_TOKEN = HTTPBearer(
    scheme_name="service-token",
    description="Between the network's own services, and for operators.",
    auto_error=False,
)
"""Declares the scheme in the OpenAPI document; `_service_only` compares the token."""


async def _service_only(
    request: Request,
    runtime: Annotated[Runtime, Depends(runtime_of)],
    _declared: Annotated[object, Security(SERVICE_TOKEN)],
) -> None:
    expected = runtime.settings.service_token.get_secret_value()
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not expected or not hmac.compare_digest(token.encode(), expected.encode()):
        raise HttpProblem(
            status=401,
            code="service-token-required",
            title="This route requires the service token",
            remedy="Send the service token as a bearer token.",
            field="Authorization",
        )


Read = Annotated[Reader, Depends(_read, scope="function")]
CurrentRuntime = Annotated[Runtime, Depends(runtime_of)]
ServiceOnly = Security(_service_only)
