"""Readiness probes, which the supervisor repeats until they succeed or a deadline passes.

A probe returns None when ready, else a short reason, which the time-out error reports.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx2

from alongside_localstack.ports import LOOPBACK
from alongside_localstack.postgres.databases import Server

Probe = Callable[[], Awaitable[str | None]]

_PROBE_SECONDS_MAX = 2.0
_NO_TLS = False  # loopback only; reading the machine's certificates would take longer than the request


def tcp(port: int, host: str = LOOPBACK) -> Probe:
    """Return a probe that is ready when a process accepts connections on the port."""

    async def check() -> str | None:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), _PROBE_SECONDS_MAX)
        except (OSError, TimeoutError) as error:
            return f"nothing accepts connections on {host}:{port} ({type(error).__name__})"
        writer.close()
        return None

    return check


def http(url: str) -> Probe:
    """Return a probe that is ready when a GET answers 2xx; else the start of the body is the reason."""

    parts = urlsplit(url)
    check_port = tcp(parts.port or 80, parts.hostname or LOOPBACK)

    async def check() -> str | None:
        # Checked first: it costs a hundredth of an HTTP client.
        if (reason := await check_port()) is not None:
            return reason
        try:
            async with httpx2.AsyncClient(
                timeout=_PROBE_SECONDS_MAX, trust_env=False, verify=_NO_TLS
            ) as client:
                answer = await client.get(url)
        except httpx2.HTTPError as error:
            return f"{url} does not answer ({type(error).__name__})"
        return None if answer.is_success else f"{url} answers {answer.status_code}: {answer.text[:200]}"

    return check


def sql(server: Server) -> Probe:
    """Return a probe that is ready when the superuser can log in."""

    async def check() -> str | None:
        answers = await asyncio.to_thread(server.answers)
        return None if answers else f"PostgreSQL does not answer on {server.host}:{server.port}"

    return check
