"""A long record is refused, scanned and answered without keeping intake from anything else, whatever is in it."""

from collections.abc import Sequence

import pytest

from alongside_chassis.consume import dead_letters
from alongside_contracts.partner import Problem
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_contracts.vocabulary import ProblemCode
from tests.event_loop import ATTEMPTS_MAX, leaving_the_loop_to_others
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient

TOPIC, CLINIC_TOPIC = (PARTNER_REFERRALS.topic(partner) for partner in (HOSPITAL, "north-clinic"))
BYTES = 250_000
KINDS = {
    "lists that are never closed": b'{"reference":[' + b"[" * BYTES,
    "lists after a quote": b'{"reference":[' + b'\\"[' * (BYTES // 3),
    "objects that are never closed": b'{"person_reference":' + b'{"a":' * (BYTES // 5),
    "references without an end": b'{"reference":[' + b",".join(b'"a%d"' % number for number in range(28_000)),
}
SLOWEST = KINDS["lists that are never closed"]
PROBLEM = Problem(code=ProblemCode.MALFORMED, where="specversion", remedy="send a CloudEvent")


@pytest.mark.parametrize("body", KINDS.values(), ids=KINDS)
async def test_the_loop_is_left_to_others_while_a_long_record_is_refused(
    intake: IntakeClient, body: bytes
) -> None:
    await leaving_the_loop_to_others(lambda: intake.bench.hear_raw(b"k", body, [], TOPIC))

    assert {letter.reason for letter in await intake.bench.dead_letters()} == {"malformed"}


async def test_the_loop_is_left_to_others_while_a_long_record_is_scanned_behind_a_pause(
    intake: IntakeClient,
) -> None:
    record = intake.bench.record(b"k", SLOWEST, [], TOPIC)

    await leaving_the_loop_to_others(lambda: intake.bench.scan(PARTNER_REFERRALS, record))

    assert await intake.bench.dead_letters() == []


async def test_the_loop_is_left_to_others_while_a_new_partner_is_answered_about_long_records(
    intake: IntakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alongside_intake.partners.answers.ANSWERED_AT_ONCE_MAX", 1)  # one for each attempt
    await refused_before(intake, CLINIC_TOPIC, [b"k"] * ATTEMPTS_MAX)
    await intake.register("north-clinic")

    await leaving_the_loop_to_others(intake.bench.timers.fire_due)

    assert len(await intake.answers()) >= 1


async def test_the_loop_is_left_to_others_while_the_long_dead_letters_of_an_erased_person_are_emptied(
    intake: IntakeClient,
) -> None:
    people = [f"mrn-{number}" for number in range(ATTEMPTS_MAX)]  # one for each attempt
    for person in people:
        await intake.hear(person_reference=person)
    await refused_before(intake, TOPIC, [person.encode() for person in people])
    ids = [row["person_id"] for row in await intake.bench.pool.fetch("select person_id from submission")]
    intake.http.event_hooks = {}  # which check every answer in the same event loop

    answer = await leaving_the_loop_to_others(
        lambda: intake.http.delete(f"/people/{ids.pop()}", headers=SERVICE)
    )

    assert answer.is_success
    assert "erased" in {letter.because for letter in await intake.bench.dead_letters()}


async def refused_before(intake: IntakeClient, topic: str, keys: Sequence[bytes]) -> None:
    """Store slow records as dead letters."""
    async with intake.bench.runtime.transaction() as tx:
        for key in keys:
            record = intake.bench.record(key, SLOWEST, [], topic)
            await dead_letters.add(tx.conn, record, PROBLEM, at=tx.now, event_id=None, event_type=None)
