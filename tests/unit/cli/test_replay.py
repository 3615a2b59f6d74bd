"""`alongside replay` prints why a service refused, and exits with 1."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import typer
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from rich.console import Console
from typer.testing import CliRunner

from alongside_chassis.errors import StreamNotWhole
from alongside_cli import installation, replay
from alongside_cli.installation import Installation
from alongside_cli.network import Network


def test_a_refusal_after_some_progress_is_printed_and_the_exit_code_is_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = StreamNotWhole("listings", missing=2, remedy="Announce them again.").body()
    service_answers(monkeypatch, {"read": 5, "of": 5}, {"problem": problem})
    app = typer.Typer()
    app.command()(replay.replay)

    result = CliRunner().invoke(app, ["--service", "matching", "--from", "2026-11-01"])

    assert result.exit_code == 1
    assert "refused: The stream does not hold all records, so nothing was rebuilt." in result.output
    assert "Records missing from listings: 2. Announce them again." in result.output


def service_answers(monkeypatch: pytest.MonkeyPatch, *lines: dict[str, Any]) -> None:
    """Let every service answer a replay with these lines."""
    app = FastAPI()

    @app.post("/projection/replay")
    async def lines_of_a_replay() -> PlainTextResponse:
        return PlainTextResponse("".join(json.dumps(line) + "\n" for line in lines))

    @asynccontextmanager
    async def open_network(addresses: dict[str, str], **_: Any) -> AsyncIterator[Network]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
            yield Network(client, addresses)

    found = Installation({"matching": "http://matching"}, "token")
    monkeypatch.setattr(installation, "find_installation", lambda: found)
    monkeypatch.setattr(installation, "open_network", open_network)
    monkeypatch.setattr(replay, "console", Console(width=200))
