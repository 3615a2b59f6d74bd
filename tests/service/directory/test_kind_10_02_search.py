"""Every text may be searched for: one that means nothing finds nothing."""

from pathlib import Path

import pytest

from tests.service.directory.test_directory_import import imported
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import GOOD_ROWS

MEANINGLESS = ("-" * 50, "-" * 199 + "a", "- " * 99, '-"-"' * 40, "or " * 60, "(" * 200, '"' * 99, ":*&|!<->")


@pytest.mark.parametrize("searched", MEANINGLESS)
@pytest.mark.parametrize("path", ["/services", "/organizations", "/service_at_locations"])
async def test_a_search_of_signs_is_answered(pair: ListingPair, path: str, searched: str) -> None:
    answer = await pair.client.get(path, params={"search": searched})

    assert answer.status_code == 200, answer.text


async def test_a_hyphen_before_a_word_still_excludes_it_and_one_inside_a_word_still_joins(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, GOOD_ROWS)

    async def found(searched: str) -> int:
        answer = await pair.client.get("/services", params={"search": searched})
        return int(answer.json()["total_items"])

    name = (await pair.client.get("/services")).json()["contents"][0]["name"].split()[0]
    assert await found(name) > 0
    assert await found(f"{name} -{name}") == 0
    assert await found(f"- {name}") == await found(name)
