"""An id that was used: an identical repeat is dropped, different content is refused, and the first stays handled."""

import json
from collections.abc import Sequence
from typing import Any

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.decoding import Record
from alongside_chassis.consume.handlers import Handlers, Refusal
from alongside_chassis.errors import Unprocessable
from alongside_chassis.testing import ServiceBench
from alongside_contracts import streams
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.partner import SubmissionAnswered
from alongside_contracts.vocabulary import Answer, ProblemCode
from tests.builders import a_submission, an_admission
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.redriving import TOKEN, replayed, seen, the_dead_letter

CLINIC = "north-clinic"


def noting() -> Handlers:
    """Build handlers that note references, refuse those that begin with `bad`, and answer partners."""
    handlers = Handlers()

    @handlers.on_batch(SubmissionReceived)
    async def note(events: Sequence[SubmissionReceived], tx: Tx) -> None:
        for event in events:
            await tx.conn.execute("insert into seen (key, note) values ($1, $1)", event.reference)
            if event.reference.startswith("bad"):
                raise Unprocessable(ProblemCode.NOT_ELIGIBLE, "reference", "call it something else")

    @handlers.on(SubmissionAdmitted)
    async def admit(event: SubmissionAdmitted, tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ($1, $1)", event.reference)

    @handlers.on_refused(streams.PARTNER_REFERRALS)
    async def answer(refused: Refusal, tx: Tx) -> None:
        answered = SubmissionAnswered(partner=CLINIC, answer=Answer.REFUSED, problems=(refused.problem,))
        tx.announce(answered, partner=CLINIC)

    return handlers


def sent(bench: ServiceBench, reference: str, event_id: str = "e-1", **given: Any) -> Record:
    """Build a record of the clinic."""
    event = a_submission(reference=reference, person_reference="p-1", **given)
    return bench.record_of(event, partner=CLINIC, event_id=event_id)


async def answered(bench: ServiceBench) -> list[str]:
    """Return the codes of the problems in the answers to the clinic, in order."""
    answers = [item.event for item in await bench.announced() if isinstance(item.event, SubmissionAnswered)]
    return [problem.code for answer in answers for problem in answer.problems]


async def refused_offsets(bench: ServiceBench) -> list[int]:
    """Return the offsets of the records refused because their id was used, in order."""
    return sorted(letter.offset for letter in await bench.dead_letters() if letter.reason == "id-reused")


async def test_different_content_under_a_used_id_is_kept_and_answered_and_changes_nothing(
    bare: BareBench,
) -> None:
    async with bare(noting()) as bench:
        await bench.hear_records(sent(bench, "a"))
        other = sent(bench, "b")

        await bench.hear_records(other)

        assert (await seen(bench), await answered(bench)) == (["a"], ["id-reused"])
        letter = await the_dead_letter(bench)
        assert (letter.offset, letter.event_id, letter.event_type) == (
            other.offset,
            "e-1",
            SubmissionReceived.type,
        )
        assert (letter.reason, letter.where, letter.remedy) == (
            "id-reused",
            "id",
            "send different content with a new ce_id",
        )


async def test_the_same_content_written_differently_is_a_repeat(bare: BareBench) -> None:
    async with bare(noting()) as bench:
        first = sent(bench, "a")
        await bench.hear_records(first)
        fields = dict(reversed(json.loads(first.value or b"").items())) | {"risks": []}

        await bench.hear_raw(first.key, json.dumps(fields, indent=2).encode(), first.headers, first.topic)

        assert (await seen(bench), await answered(bench)) == (["a"], [])


async def test_in_one_batch_the_first_is_handled_its_copy_dropped_and_different_content_refused(
    bare: BareBench,
) -> None:
    async with bare(noting()) as bench:
        batch = [
            sent(bench, "a"),
            sent(bench, "a"),
            sent(bench, "b"),
            sent(bench, "a"),
            sent(bench, "c", "e-2"),
        ]

        await bench.hear_records(*batch)

        assert (await seen(bench), await answered(bench)) == (["a", "c"], ["id-reused"])
        assert await refused_offsets(bench) == [batch[2].offset]


async def test_however_records_are_batched_the_same_ones_are_refused(bare: BareBench) -> None:
    async with bare(noting()) as bench:
        names = ["bad", "a", "bad", "b", "a"]
        together = [sent(bench, name, "together") for name in names]
        one_by_one = [sent(bench, name, "one by one") for name in names]

        await bench.hear_records(*together)
        for record in one_by_one:
            await bench.hear_records(record)

        assert await seen(bench) == ["a", "a"]
        letters = {letter.offset: letter.reason for letter in await bench.dead_letters()}
        for records in (together, one_by_one):
            assert [letters.get(record.offset) for record in records] == [
                "not-eligible",
                None,
                "id-reused",
                "id-reused",
                None,
            ]


async def test_a_refused_record_does_not_free_the_id_of_the_first(bare: BareBench) -> None:
    async with bare(noting()) as bench:
        await bench.hear_records(sent(bench, "a"))
        await bench.hear_records(sent(bench, "b"))
        again = sent(bench, "b")

        await bench.hear_records(sent(bench, "a"), again)

        assert (await seen(bench), len(await refused_offsets(bench))) == (["a"], 2)
        assert again.offset in await refused_offsets(bench)


async def test_a_corrected_copy_of_a_refused_record_is_handled_under_its_id(bare: BareBench) -> None:
    async with bare(noting()) as bench:
        await bench.hear_records(sent(bench, "bad"))

        await bench.hear_records(sent(bench, "good"))

        assert (await seen(bench), await answered(bench)) == (["good"], ["not-eligible"])


async def test_a_corrected_copy_in_the_batch_of_the_refused_record_is_handled_before_what_follows(
    bare: BareBench,
) -> None:
    async with bare(noting()) as bench:
        await bench.hear_records(sent(bench, "bad"), sent(bench, "good"), sent(bench, "next", "e-2"))

        assert (await seen(bench), await answered(bench)) == (["good", "next"], ["not-eligible"])


async def test_a_record_with_a_used_id_is_kept_and_answered_once_however_often_it_is_delivered(
    bare: BareBench,
) -> None:
    async with bare(noting()) as bench:
        batch = [sent(bench, "a"), sent(bench, "b")]

        for _ in range(3):
            await bench.hear_records(*batch)

        assert (await seen(bench), await answered(bench)) == (["a"], ["id-reused"])
        assert await refused_offsets(bench) == [batch[1].offset]


async def test_a_replay_of_different_content_is_refused_again_and_not_answered_again(
    bare: BareBench,
) -> None:
    async with bare(noting(), service_token=TOKEN) as bench:
        await bench.hear_records(sent(bench, "a"), sent(bench, "b"))

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        letter = await the_dead_letter(bench)
        assert (outcome, letter.state, letter.reason, letter.attempts) == (
            "refused",
            "waiting",
            "id-reused",
            1,
        )
        assert (await seen(bench), await answered(bench)) == (["a"], ["id-reused"])


async def test_a_replay_is_refused_once_a_corrected_copy_has_used_the_id(
    bare: BareBench,
) -> None:
    async with bare(noting(), service_token=TOKEN) as bench:
        await bench.hear_records(sent(bench, "bad"))
        await bench.hear_records(sent(bench, "good"))

        outcome = await replayed(bench, (await the_dead_letter(bench)).id)

        assert (outcome, (await the_dead_letter(bench)).reason) == ("refused", "id-reused")
        assert (await seen(bench), await answered(bench)) == (["good"], ["not-eligible", "id-reused"])


async def test_used_ids_count_against_the_partner_and_pause_its_stream(bare: BareBench) -> None:
    async with bare(noting(), partner_refused_in_a_row_max=3) as bench:
        await bench.hear_records(sent(bench, "a"))

        await bench.hear_records(*(sent(bench, f"b{number}") for number in range(5)))

        assert len(await refused_offsets(bench)) == 3
        pauses = await bench.pool.fetch("select topic, refused, reason from quarantine")
        assert [tuple(row) for row in pauses] == [(f"partner.{CLINIC}.referrals.v1", 3, "id-reused")]


async def test_an_id_from_before_there_were_digests_is_a_repeat_whatever_its_content(
    bare: BareBench,
) -> None:
    async with bare(noting()) as bench:
        await bench.hear_records(sent(bench, "a"))
        await bench.pool.execute("update inbox set digest = null")

        await bench.hear_records(sent(bench, "b"))

        assert (await seen(bench), await bench.dead_letters()) == (["a"], [])


async def test_on_the_networks_own_streams_a_used_id_is_a_repeat_whatever_its_content(
    bare: BareBench,
) -> None:
    async with bare(noting()) as bench:
        await bench.hear(an_admission(reference="a"), event_id="e-1")

        await bench.hear(an_admission(reference="b"), event_id="e-1")

        assert (await seen(bench), await bench.dead_letters()) == (["a"], [])
        assert await bench.pool.fetchval("select count(*) from inbox where digest is null") == 1


async def test_a_batch_without_repeats_asks_the_inbox_once(bare: BareBench) -> None:
    async with bare(noting()) as bench:
        statements: list[str] = []
        async with bench.pool.acquire() as conn:
            conn.add_query_logger(lambda query: statements.append(query.query))

        await bench.hear_records(*(sent(bench, name, name) for name in "abc"))
        once = [statement for statement in statements if "inbox" in statement]
        await bench.hear_records(sent(bench, "a", "a"))

        assert len(once) == 1
        assert len([statement for statement in statements if "inbox" in statement]) == 3
