"""The start refuses wrong settings by name, with what to give instead, and shows no secret."""

import base64
import sys

import pytest

from alongside_chassis.main import main
from alongside_intake.settings import MASTER_KEY_BYTES

TOO_SHORT = base64.b64encode(b"a secret of sixteen").decode()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run `python -m alongside_intake`, with an argument that ends it after it has read its settings."""
    monkeypatch.setenv("ALONGSIDE_DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    monkeypatch.setattr(sys, "argv", ["alongside_intake", "no-such-command"])


def test_a_wrong_key_is_named_with_its_remedy_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALONGSIDE_PERSON_KEY", TOO_SHORT)

    with pytest.raises(SystemExit) as ended:
        main("alongside_intake")

    head, line = capsys.readouterr().err.splitlines()
    assert (ended.value.code, head) == (2, "These settings are missing or invalid:")
    assert line.startswith(
        "ALONGSIDE_PERSON_KEY: give the network's key, 32 bytes in base64; only a new network"
    )
    assert TOO_SHORT not in line


def test_a_missing_key_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("ALONGSIDE_PERSON_KEY", raising=False)

    with pytest.raises(SystemExit) as ended:
        main("alongside_intake")

    assert ended.value.code == 2
    assert "ALONGSIDE_PERSON_KEY" in capsys.readouterr().err


def test_a_key_as_the_remedy_makes_it_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALONGSIDE_PERSON_KEY", base64.b64encode(bytes(MASTER_KEY_BYTES)).decode())

    with pytest.raises(SystemExit, match="usage: python -m alongside_intake"):
        main("alongside_intake")


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("ALONGSIDE_CODES_OF", "tomorrow", "tomorrow is no release of these codes: use one of"),
        ("ALONGSIDE_REGIONS", "/nowhere", "/nowhere: there is no such folder of region files"),
    ],
)
def test_code_lists_that_cannot_be_used_end_the_start_without_a_traceback(
    setting: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ALONGSIDE_PERSON_KEY", base64.b64encode(bytes(MASTER_KEY_BYTES)).decode())
    monkeypatch.setenv(setting, value)
    monkeypatch.setattr(sys, "argv", ["alongside_intake"])

    with pytest.raises(SystemExit) as ended:
        main("alongside_intake")

    printed = capsys.readouterr().err
    assert ended.value.code == 2
    assert says in printed
    assert setting in printed
