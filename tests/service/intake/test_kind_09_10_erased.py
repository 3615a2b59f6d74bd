"""Erased stays erased: nothing that was sent before an erasure begins anything again, and nothing of it is kept."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from alongside_chassis.consume.decoding import Record
from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event
from alongside_contracts.intake import Consent, PersonErased, SubmissionReceived
from alongside_contracts.partner import ConsentStated, SubmissionAnswered, SubmissionWithdrawalRequested
from alongside_contracts.streams import PARTNER_REFERRALS
from alongside_contracts.vocabulary import Answer, ConsentDecision, Reason, Risk
from alongside_intake.people import store as people_store
from alongside_intake.people.erasure import Erasure
from alongside_intake.people.vault import Vault
from tests.builders import a_submission, an_erasure
from tests.conftest import PERSON_KEY
from tests.polling import poll_until
from tests.service.intake.intake_client import HOSPITAL, SERVICE, IntakeClient, codes

NAMES: dict[str, Any] = {"reference": "H-4711", "person_reference": "mrn-4711"}
ERASED = [("erased", "person_reference")]
FORGED = "urn:alongside:partner:somebody-else"


async def test_an_erasure_is_announced_once(intake: IntakeClient) -> None:
    person_id = await admitted_person(intake)

    first = await erase(intake, person_id)
    await erase(intake, person_id)

    assert [(str(event.person_id), event.erased_at.isoformat()) for event in await erasures(intake)] == [
        (person_id, first["erased_at"].replace("Z", "+00:00"))
    ]


async def test_a_replay_of_a_dead_letter_begins_nothing_for_an_erased_person(intake: IntakeClient) -> None:
    person_id = await admitted_person(intake)
    await intake.bench.hear(a_submission(**NAMES), partner=HOSPITAL, source=FORGED)
    (letter,) = await intake.bench.dead_letters()
    await erase(intake, person_id)
    await intake.bench.announced(clear=True)

    answer = await intake.http.post(f"/dead-letters/{letter.id}/replay", headers=SERVICE)

    assert (answer.status_code, answer.json()["code"]) == (409, "dead-letter-settled")
    (letter,) = await intake.bench.dead_letters()
    assert (letter.state, letter.because, letter.bytes, letter.event_id) == ("dropped", "erased", None, None)
    assert await intake.bench.announced() == []


@pytest.mark.parametrize(
    "value",
    [
        b'{"person_reference": "mrn-4711", "reference": "another", "needs": 7}',
        b'{"person_reference": "somebody", "reference": "H-4711", "needs": 7}',
        b'{"data": "{\\"person_reference\\": \\"mrn-4711\\"}"}',
        b'{"person_reference": "mrn-4711", "needs": [',
        b"\xff\xfe patient mrn-4711, urgent",
        b'{"patient": "mrn-4711"}',
    ],
    ids=["by person", "by submission", "encoded twice", "cut", "no text", "at another key"],
)
async def test_the_payload_of_every_dead_letter_that_names_the_person_is_gone(
    intake: IntakeClient, value: bytes
) -> None:
    person_id = await admitted_person(intake)
    await intake.bench.hear_raw(b"k", value, (), PARTNER_REFERRALS.topic(HOSPITAL))
    await intake.bench.announced(clear=True)

    await erase(intake, person_id)

    (letter,) = await intake.bench.dead_letters()
    assert (letter.state, letter.because, letter.bytes) == ("dropped", "erased", None)
    assert "4711" not in await intake.all_text()


@pytest.mark.parametrize(
    "name",
    [b"mrn-4711", b"mrn-4711/7", b"for mrn-4711"],
    ids=["whole", "begins with it", "ends with it"],
)
async def test_a_dead_letter_that_names_the_person_in_a_header_alone_is_emptied(
    intake: IntakeClient, name: bytes
) -> None:
    person_id = await admitted_person(intake)
    headers = (("ce_id", name), ("x-absent", None))
    await intake.bench.hear_raw(b"k", b"\xff", headers, PARTNER_REFERRALS.topic(HOSPITAL))

    await erase(intake, person_id)

    (letter,) = await intake.bench.dead_letters()
    assert (letter.state, letter.because, letter.bytes) == ("dropped", "erased", None)


@pytest.mark.parametrize(
    "value",
    [
        b'{"person_reference": "mrn-47110", "reference": "H-47", "needs": 7}',
        b'{"person_reference": "mrn-1", "reference": "H-1", "note": "not mrn-4711"}',
        b"\xff\xfe patient mrn-47110, urgent",
    ],
    ids=["longer", "says another", "longer and no text"],
)
async def test_the_dead_letters_of_others_stay_as_they_are(intake: IntakeClient, value: bytes) -> None:
    person_id = await admitted_person(intake)
    await intake.bench.hear_raw(b"k", value, (), PARTNER_REFERRALS.topic(HOSPITAL))

    await erase(intake, person_id)

    (letter,) = await intake.bench.dead_letters()
    assert (letter.state, letter.bytes) == ("waiting", len(value))


async def test_a_settled_dead_letter_keeps_its_state_and_loses_its_payload(intake: IntakeClient) -> None:
    person_id = await admitted_person(intake)
    await intake.bench.hear(a_submission(**NAMES), partner=HOSPITAL, source=FORGED)
    (letter,) = await intake.bench.dead_letters()
    await intake.http.post(
        f"/dead-letters/{letter.id}/drop", json={"because": "sent in vain"}, headers=SERVICE
    )

    await erase(intake, person_id)

    (letter,) = await intake.bench.dead_letters()
    assert (letter.state, letter.because, letter.bytes) == ("dropped", "sent in vain", None)


async def test_a_record_from_before_is_dropped_and_answered_when_it_is_read_after_the_erasure(
    intake: IntakeClient,
) -> None:
    person_id = await admitted_person(intake)
    late = sent_now(intake, a_submission(reference="H-9", person_reference="mrn-4711"))
    await erase(intake, person_id)
    before = await people_and_submissions(intake.bench)
    await intake.bench.announced(clear=True)

    await intake.bench.hear_records(late)

    (answer,) = [item.event for item in await intake.bench.announced()]
    assert isinstance(answer, SubmissionAnswered)
    assert (answer.answer, answer.reference, codes(answer)) == (Answer.REFUSED, "H-9", ERASED)
    assert "send a new submission" in answer.problems[0].remedy
    assert await intake.bench.dead_letters() == []
    await intake.bench.announced(clear=True)
    assert "H-9" not in await intake.all_text()
    assert await people_and_submissions(intake.bench) == before


async def test_only_the_erased_persons_records_of_a_batch_are_dropped(intake: IntakeClient) -> None:
    person_id = await admitted_person(intake)
    late = sent_now(intake, a_submission(reference="H-9", person_reference="mrn-4711"))
    other = sent_now(intake, a_submission(reference="H-10"))
    await erase(intake, person_id)
    await intake.bench.announced(clear=True)

    await intake.bench.hear_records(other, late)

    assert {answer.reference: answer.answer for answer in await intake.answers()} == {
        "H-9": Answer.REFUSED,
        "H-10": Answer.ADMITTED,
    }


async def test_a_record_that_is_read_while_its_person_is_erased_waits_and_is_dropped(
    intake: IntakeClient,
) -> None:
    person_id, pool = await admitted_person(intake), intake.bench.pool
    late = sent_now(intake, a_submission(reference="H-9", person_reference="mrn-4711"))
    async with intake.bench.runtime.transaction() as tx:
        await people_store.lock_erasures(tx)
        await Erasure(Vault(base64.b64decode(PERSON_KEY))).erase(tx, UUID(person_id), tx.now)

        reading = asyncio.create_task(intake.bench.hear_records(late))
        waiting = partial(pool.fetchval, "select count(*) from pg_locks where not granted")
        await poll_until(waiting, bool, "the record to wait for the erasure")
    await reading

    assert codes((await intake.answers())[-1]) == ERASED
    assert await pool.fetchval("select count(*) from person") == 1


async def test_a_record_written_later_begins_a_new_person_who_shares_nothing_with_the_old(
    intake: IntakeClient,
) -> None:
    person_id = await admitted_person(intake)
    first = (await intake.answers())[-1]
    await erase(intake, person_id)
    intake.bench.clock.advance(timedelta(seconds=1))

    answer = await intake.hear(**NAMES)

    assert answer.answer == Answer.ADMITTED
    submission = await intake.submission(answer.submission_id)
    assert submission["person_id"] != person_id
    assert {answer.submission_id, answer.referral_id}.isdisjoint({first.submission_id, first.referral_id})


async def test_a_person_of_another_partner_with_the_same_reference_is_not_erased(
    intake: IntakeClient,
) -> None:
    await intake.register("north-clinic")
    record = intake.bench.record_of(a_submission(**NAMES), partner="north-clinic")
    await erase(intake, await admitted_person(intake))

    await intake.bench.hear_records(record)

    assert (await intake.answers())[-1].answer == Answer.ADMITTED


@pytest.mark.parametrize(
    "event",
    [
        ConsentStated(reference="H-4711", consent=Consent(decision=ConsentDecision.REFUSED)),
        SubmissionWithdrawalRequested(reference="H-4711", reason=Reason.NO_LONGER_NEEDS),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_a_statement_from_before_is_dropped_and_answered(intake: IntakeClient, event: Event) -> None:
    person_id = await admitted_person(intake)
    late = sent_now(intake, event)
    await erase(intake, person_id)
    await intake.bench.announced(clear=True)

    await intake.bench.hear_records(late)

    (answer,) = [item.event for item in await intake.bench.announced()]
    assert isinstance(answer, SubmissionAnswered)
    assert (answer.reference, codes(answer)) == ("H-4711", [("erased", "reference")])
    assert await intake.bench.dead_letters() == []


async def test_a_submission_of_a_placeholder_from_before_is_known_by_its_own_reference(
    intake: IntakeClient,
) -> None:
    submission = a_submission(reference="H-4711", person_reference="unknown")
    late = sent_now(intake, submission)
    answer = await intake.hear(submission)
    await erase(intake, (await intake.submission(answer.submission_id))["person_id"])

    await intake.bench.hear_records(late)

    assert codes((await intake.answers())[-1]) == [("erased", "reference")]


async def test_a_refused_record_from_before_is_not_kept_and_says_nothing_any_more(
    intake: IntakeClient,
) -> None:
    person_id = await admitted_person(intake)
    late = sent_now(intake, a_submission(**NAMES, risks=(Risk.DANGER_TO_SELF,)), source=FORGED)
    await erase(intake, person_id)
    await intake.bench.announced(clear=True)

    await intake.bench.hear_records(late)

    assert codes((await intake.answers())[-1]) == ERASED
    assert await intake.announced_types() == []
    (letter,) = await intake.bench.dead_letters()
    assert (letter.state, letter.because, letter.bytes) == ("dropped", "erased", None)
    await intake.bench.announced(clear=True)
    assert "4711" not in await intake.all_text()


async def test_a_danger_behind_a_paused_stream_from_before_is_not_recorded_again(
    intake: IntakeClient,
) -> None:
    person_id = await admitted_person(intake)
    late = sent_now(intake, a_submission(**NAMES, risks=(Risk.DANGER_TO_SELF,)))
    await erase(intake, person_id)
    await intake.bench.announced(clear=True)

    await intake.bench.scan(PARTNER_REFERRALS, late)

    assert await intake.bench.announced() == []
    assert "4711" not in await intake.all_text()


async def test_a_danger_that_is_sent_after_the_erasure_is_heard(intake: IntakeClient) -> None:
    await erase(intake, await admitted_person(intake))
    intake.bench.clock.advance(timedelta(seconds=1))

    answer = await intake.hear(**NAMES, risks=(Risk.DANGER_TO_SELF,))

    assert answer.answer == Answer.ESCALATED


async def test_a_person_whom_a_restored_backup_brought_back_is_erased_again(intake: IntakeClient) -> None:
    person_id = await admitted_person(intake)
    late = sent_now(intake, a_submission(reference="H-9", person_reference="mrn-4711"))
    await intake.bench.announced(clear=True)

    await intake.bench.hear(an_erasure(UUID(person_id), intake.bench.clock.now()))
    await intake.bench.hear_records(late)

    assert "4711" not in await intake.all_text()
    assert await intake.announced_types() == []
    assert codes((await intake.answers())[-1]) == ERASED


async def test_the_hashes_are_deleted_when_nothing_from_before_can_be_read_any_more(
    intake: IntakeClient,
) -> None:
    await erase(intake, await admitted_person(intake))
    assert await stored_hashes(intake.bench) == 2

    await intake.bench.fire_timers(intake.bench.clock.now() + timedelta(days=399))
    assert await stored_hashes(intake.bench) == 2
    await intake.bench.fire_timers(intake.bench.clock.now() + timedelta(days=2))
    assert await stored_hashes(intake.bench) == 0


async def test_a_record_whose_time_cannot_be_a_time_is_taken_as_one_from_before(intake: IntakeClient) -> None:
    late = replace(sent_now(intake, a_submission(**NAMES)), timestamp=-1)
    await erase(intake, await admitted_person(intake))

    await intake.bench.hear_records(late)

    assert codes((await intake.answers())[-1]) == ERASED


async def admitted_person(intake: IntakeClient) -> str:
    """Let the hospital submit the person, and return their id."""
    answer = await intake.hear(**NAMES)
    assert answer.answer == Answer.ADMITTED
    person_id: str = (await intake.submission(answer.submission_id))["person_id"]
    return person_id


async def erase(intake: IntakeClient, person_id: str) -> dict[str, Any]:
    """Erase the person, and return the answer."""
    answer = await intake.http.delete(f"/people/{person_id}", headers=SERVICE)
    assert answer.status_code == 200, answer.text
    erased: dict[str, Any] = answer.json()
    return erased


async def erasures(intake: IntakeClient) -> list[PersonErased]:
    """Return the announced erasures."""
    return [item.event for item in await intake.announced() if isinstance(item.event, PersonErased)]


async def stored_hashes(bench: ServiceBench) -> int:
    """Return how many hashes of references are stored."""
    count: int = await bench.pool.fetchval("select count(*) from erased_reference")
    return count


async def people_and_submissions(bench: ServiceBench) -> tuple[int, int]:
    """Return how many people and submissions are stored."""
    people = await bench.pool.fetchval("select count(*) from person")
    return people, await bench.pool.fetchval("select count(*) from submission")


def sent_now(intake: IntakeClient, event: Event | SubmissionReceived, *, source: str | None = None) -> Record:
    """Return the record in which the hospital sends an event now; it may be read later."""
    return intake.bench.record_of(event, partner=HOSPITAL, source=source)
