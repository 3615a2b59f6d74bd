"""Addresses in settings are the operators' own: one that only their relay knows must not keep a service from starting."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from alongside_notifications.settings import Settings

EXAMPLE = Path(__file__).parents[3] / "deploy" / "example.env"


def with_on_call(ladders: Any) -> Settings:
    """Return settings with these ladders."""
    return Settings(database_url=SecretStr("postgresql://nowhere/nothing"), on_call=ladders)


def test_the_example_of_an_on_call_ladder_can_be_used() -> None:
    (line,) = re.findall(r"^# ALONGSIDE_ON_CALL=(.+)$", EXAMPLE.read_text(), re.MULTILINE)

    assert with_on_call(json.loads(line)).coordinator_addresses == {"on-call": "on-call@network.example"}


@pytest.mark.parametrize("address", ["ana@alongside.invalid", "ana@mail.localhost", "ana@relay"])
def test_an_address_that_only_the_operators_relay_knows_is_taken(address: str) -> None:
    settings = with_on_call({"*": [{"coordinator": "ana", "email": address}]})

    assert settings.coordinator_addresses == {"ana": address}


def test_an_address_that_could_forge_a_header_is_not() -> None:
    with pytest.raises(ValidationError):
        with_on_call({"*": [{"coordinator": "ana", "email": "a@b.example\r\nBcc: x@y.example"}]})
