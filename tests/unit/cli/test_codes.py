"""`alongside codes check` shows what the lists hold, and what is wrong with a region's own codes."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from alongside_cli import codes
from alongside_cli.codes import _differences, app
from alongside_contracts.codes import load_codes
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
    (needs,) = [line for line in result.output.splitlines() if line.startswith("│ needs")]
    assert [cell.strip() for cell in needs.split("│")[1:7]] == [
        "needs", "28", "open", "", "", "hurricane-loss (us-fl-miami)",
    ]  # fmt: skip
    assert "codes of release 0.1.0 are taken where codes come in" in result.output


def test_what_is_wrong_is_named_with_its_file_and_the_exit_code_is_1(tmp_path: Path) -> None:
    (tmp_path / "us-fl-miami.json").write_text(
        json.dumps({"codes": {"needs": [OWN_NEED | {"broader": None}]}})
    )

    result = CliRunner().invoke(app, ["check", "--regions", str(tmp_path), "--release", "0.9.0"])

    assert result.exit_code == 1
    assert "us-fl-miami: hurricane-loss: name the broader code of the network" in result.output
    assert "0.9.0 is no release known here" in result.output


def test_a_service_with_other_lists_is_described() -> None:
    lists = load_codes()
    shown = {
        "release": "0.2.0",
        "lists": [
            {"list": name, "codes": [{"code": code} for code in code_list.codes if code != "grief"]}
            for name, code_list in lists.lists.items()
        ],
    }
    shown["lists"].append({"list": "moods", "codes": [{"code": "fine"}]})  # type: ignore[attr-defined]

    assert _differences(shown, lists) == [
        "takes codes of release 0.2.0",
        "lacks grief of needs",
        "has fine of moods",
    ]
