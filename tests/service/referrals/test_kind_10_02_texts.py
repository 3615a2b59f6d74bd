"""A note has lines and no control characters; a reference that cannot be stored finds nothing and breaks nothing."""

import pytest

from tests.service.referrals.conftest import Journey


@pytest.mark.parametrize("note", ["call\x9fed", "call\x85ed", "\uffff"], ids=ascii)
async def test_a_note_with_a_control_character_is_refused(accepted: Journey, note: str) -> None:
    answer = await accepted.post("interim-notes", note=note)

    assert (answer.status_code, answer.json()["field"]) == (422, "body.note")


async def test_a_note_of_several_lines_is_taken(accepted: Journey) -> None:
    await accepted.done("contact-attempts", reached=True, note="met twice\n\tonce by phone")


@pytest.mark.parametrize("query", ["reference=a%00b", "partner=a%00b", "next_actor=%00"])
async def test_no_referral_is_looked_for_by_what_cannot_be_stored(accepted: Journey, query: str) -> None:
    answer = await accepted.bench.client.get(f"/referrals?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, f"query.{query.partition('=')[0]}")
