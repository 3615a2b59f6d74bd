"""`alongside codes check` shows what the lists hold, and what is wrong with a region's own codes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from rich.console import Console
from typer.testing import CliRunner

from alongside_chassis.http import codes_router
from alongside_cli import codes
from alongside_cli.codes import app
from alongside_cli.network import Network
from alongside_contracts.codes import Codes, load_codes
from alongside_contracts.services import SERVICES
from tests.contracts.test_codes import OWN_NEED


@pytest.fixture(autouse=True)
def no_lists_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove settings that the developer's environment may have."""
    for name in ("ALONGSIDE_REGIONS", "ALONGSIDE_CODES_OF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(codes, "console", Console(width=200))


def test_the_lists_are_shown_with_a_regions_own_codes(tmp_path: Path) -> None:
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": {"needs": [OWN_NEED]}}))

    result = CliRunner().invoke(app, ["check", "--regions", str(tmp_path)])

    assert result.exit_code == 0
    assert "needs: own codes of us-fl-miami: hurricane-loss" in result.output
    assert "region files read: us-fl-miami.json" in result.output
    assert "codes of release 0.1.0 are taken where codes come in" in result.output


def test_what_is_wrong_is_named_with_its_file_and_the_exit_code_is_1(tmp_path: Path) -> None:
    (tmp_path / "us-fl-miami.json").write_text(
        json.dumps({"codes": {"needs": [OWN_NEED | {"broader": None}]}})
    )

    result = CliRunner().invoke(app, ["check", "--regions", str(tmp_path), "--release", "0.9.0"])

    assert result.exit_code == 1
    assert "us-fl-miami: hurricane-loss: name the broader code of the network" in result.output
    assert "0.9.0 is no release of these codes" in result.output


async def test_services_are_compared_with_these_lists_and_with_every_regions_own_codes(
    tmp_path: Path,
) -> None:
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": {"needs": [OWN_NEED]}}))
    ours, theirs = load_codes(regions=tmp_path), load_codes(release="0.2.0")
    other = dict(theirs["needs"].codes) | {
        "alcohol": theirs["needs"].codes["alcohol"].model_copy(update={"protected": None})
    }
    del other["grief"]
    changed = replace(theirs, lists={**theirs.lists, "needs": replace(theirs["needs"], codes=other)})

    assert await differences(ours, ours) == []
    assert await differences(changed, ours) == [
        "takes codes of release 0.2.0",
        "lacks grief of needs",
        "differs in alcohol of needs",
        "lacks hurricane-loss of needs",
    ]


async def differences(theirs: Codes, ours: Codes) -> list[str]:
    """Return how a service with their lists differs from ours."""
    app = FastAPI()
    app.include_router(codes_router(theirs))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://codes") as client:

        async def get(path: str, **query: str) -> Any:
            return (await client.get(path, params=query)).json()

        return [line async for line in codes._differences(get, ours)]


async def test_each_service_without_code_lists_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A service of the release before answers 404."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(404, json={"title": "Not Found", "status": 404, "code": "not-found"})

    monkeypatch.setattr(codes, "console", Console(width=200))
    addresses = dict.fromkeys(SERVICES, "http://old.example")
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        exit_code = await codes._compare(Network(client, addresses), load_codes())

    assert exit_code == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{service}: shows no code lists: upgrade it first" for service in SERVICES
    ]
