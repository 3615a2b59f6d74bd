"""The limits of settings; an invalid one ends the start."""

import pytest
from pydantic import SecretStr, ValidationError

from alongside_chassis.settings import Settings

LOCKS_OF_POSTGRES = 64 * 100
"""PostgreSQL's defaults of max_locks_per_transaction and max_connections."""
BATCHES_AT_ONCE = 6


def test_a_batch_can_be_no_larger_than_postgresql_has_locks_for() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(database_url=SecretStr("postgresql://nobody@127.0.0.1/none"), batch_records_max=1_001)

    [error] = refused.value.errors()
    assert (error["loc"], error["type"]) == (("batch_records_max",), "less_than_equal")
    assert BATCHES_AT_ONCE * error["ctx"]["le"] < LOCKS_OF_POSTGRES


def test_an_empty_folder_of_regions_is_none_and_not_the_working_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALONGSIDE_REGIONS", "")

    assert Settings(database_url=SecretStr("postgresql://nobody@127.0.0.1/none")).regions is None
