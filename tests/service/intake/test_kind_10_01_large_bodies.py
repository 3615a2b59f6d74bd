"""A body of a megabyte is answered without keeping the service from anything else, whatever is in it."""

from typing import Any

import pytest

from tests.builders import a_submission
from tests.event_loop import leaving_the_loop_to_others
from tests.service.intake.intake_client import IntakeClient

GOOD = a_submission().model_dump(mode="json", exclude_none=True)
LARGE: dict[str, dict[str, Any]] = {
    "hopes": {"hopes": [""] * 250_000},
    "languages": {"languages": [""] * 250_000},
    "offers avoided": {"offers_avoided": [""] * 250_000},
    "free hours": {"availability": [{}] * 250_000},
    "risks": {"risks": [f"words {number}" for number in range(50_000)]},
    "a field that is not known": {"note": "\\u0041" * 100_000},
    "a nested field": {"note": [[[]]] * 100_000},
}


@pytest.mark.parametrize("large", LARGE.values(), ids=LARGE)
async def test_live_is_answered_while_a_large_submission_is(
    intake: IntakeClient, large: dict[str, Any]
) -> None:
    intake.http.event_hooks = {}  # which check every answer in the same event loop

    answer = await leaving_the_loop_to_others(lambda: intake.http.post("/submissions", json=GOOD | large))

    assert answer.status_code in (201, 422)
    assert len(answer.content) < 20_000


async def test_a_list_of_250_000_hopes_is_refused_by_its_length(intake: IntakeClient) -> None:
    problem = (await intake.http.post("/submissions", json=GOOD | LARGE["hopes"])).json()

    assert [(each["where"], each["problem"]) for each in problem["errors"]] == [("body.hopes", "too_long")]
