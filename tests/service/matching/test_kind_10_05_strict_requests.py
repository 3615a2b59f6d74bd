"""Offers and schedules are read strictly over HTTP; cells of a table are texts, and read as what they are meant for."""

from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import REGION
from tests.service.matching.test_groups import TUESDAYS, a_group
from tests.service.matching.test_offer_imports import imported

OFFER: dict[str, Any] = {"kind": "supporter", "region": REGION, "needs": ["grief"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"capacity": "3"}, "body.capacity"),
        ({"capacity": 3.0}, "body.capacity"),
        ({"capacity": True}, "body.capacity"),
        ({"check_required": "true"}, "body.check_required"),
        ({"certification_required": 1}, "body.certification_required"),
        ({"hours_per_week_max": "10"}, "body.hours_per_week_max"),
        ({"checked_until": 0}, "body.checked_until"),
        ({"position": {"latitude": "25.7", "longitude": -80}}, "body.position.latitude"),
        ({"needs": "grief"}, "body.needs"),
    ],
)
async def test_an_offer_with_a_value_of_another_type_is_refused(
    matching_bench: ServiceBench, change: dict[str, Any], field: str
) -> None:
    answer = await matching_bench.client.post("/offers", json=OFFER | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minutes": "90"}, "body.minutes"),
        ({"at": 64800}, "body.at"),
        ({"newcomers": 0}, "body.newcomers"),
        ({"seats": "2"}, "body.seats"),
        ({"nth": ["1"], "every": "month"}, "body.nth.0"),
    ],
)
async def test_a_schedule_with_a_value_of_another_type_is_refused(
    matching_bench: ServiceBench, change: dict[str, Any], field: str
) -> None:
    group = await a_group(matching_bench)

    answer = await matching_bench.client.put(f"/groups/{group}/schedule", json=TUESDAYS | change)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_several_needs_are_named_by_the_parameter_given_several_times(
    matching_bench: ServiceBench,
) -> None:
    query = f"/groups/imports?region={REGION}&need=alcohol&need=grief"

    several = await matching_bench.client.post(query, json=[])
    twice = await matching_bench.client.post(f"{query}&region={REGION}", json=[])

    assert (several.status_code, twice.status_code) == (200, 422)
    assert twice.json()["field"] == "query.region"


async def test_the_cells_of_a_table_are_texts(matching_bench: ServiceBench) -> None:
    line = "s-1,supporter,,grief,en,phone,,3,,25.774,-80.194,10,,,,"

    done = await imported(matching_bench, line)

    assert (done["created"], done["quarantined"]) == (1, 0)
