"""A command about a referral is read strictly: a value of another type is refused, not guessed."""

from typing import Any

import pytest

from tests.service.referrals.conftest import Journey


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("contact-attempts", {"reached": 1}),
        ("contact-attempts", {"reached": "yes"}),
        ("start", {"expected_sequence": "1"}),
        ("start", {"expected_sequence": 1.0}),
        ("feedback", {"fit": "good", "meetings": "3"}),
        ("reject", {"reason": "no-capacity", "return_to_matching": "true"}),
    ],
)
async def test_a_value_of_another_type_is_refused_with_its_field(
    accepted: Journey, command: str, body: dict[str, Any]
) -> None:
    before = await accepted.state()

    answer = await accepted.post(command, **body)

    assert (answer.status_code, answer.json()["field"]) == (422, f"body.{list(body)[-1]}")
    assert await accepted.state() == before
