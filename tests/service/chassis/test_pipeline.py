"""The delivery guarantee of one batch: once, in order, other records unaffected, nothing lost."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers, Refusal
from alongside_chassis.errors import DeadLetterLimit, Stopped, Unprocessable
from alongside_chassis.testing import ServiceBench
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.matching import MatchProposed
from alongside_contracts.vocabulary import ProblemCode
from tests.builders import a_proposal, a_submission, an_admission
from tests.service.chassis.conftest import BareBench

JOURNEY = "referrals.journey.v1"


def noting_handlers() -> Handlers:
    """Build handlers that store a note and announce one fact per event."""
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def note(event: SubmissionAdmitted, tx: Tx) -> None:
        await tx.conn.execute("insert into seen (key, note) values ($1, $2)", event.key, event.reference)
        tx.announce(a_proposal(event.referral_id))

    return handlers


async def seen(bench: ServiceBench) -> list[str]:
    """The notes taken, in order."""
    return [row["note"] for row in await bench.pool.fetch("select note from seen order by at")]


async def test_an_event_heard_twice_has_its_effects_once(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        await bench.hear(an_admission(reference="r1"), event_id="same")
        await bench.hear(an_admission(reference="r1"), event_id="same")

        assert await seen(bench) == ["r1"]
        assert len(await bench.announced()) == 1


async def test_a_duplicate_within_one_batch_is_dropped(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        record = bench.record_of(an_admission(reference="r1"))

        await bench.hear_records(record, record)

        assert await seen(bench) == ["r1"]


async def test_an_unreadable_record_is_dead_lettered_and_its_neighbours_are_handled(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        good = [bench.record_of(an_admission(reference=f"r{n}")) for n in range(2)]
        bad = bench.record(b"k", b"{broken", good[0].headers, JOURNEY)

        await bench.hear_records(good[0], bad, good[1])

        assert await seen(bench) == ["r0", "r1"]
        (letter,) = await bench.dead_letters()
        assert (letter.reason, letter.where, letter.offset) == ("malformed", "value", bad.offset)


async def test_a_failing_handler_costs_only_its_own_record(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        await bench.hear(*(an_admission(reference=name) for name in ("before", "forbidden", "after")))

        assert await seen(bench) == ["before", "after"]
        assert [letter.reason for letter in await bench.dead_letters()] == ["handler-failed"]
        assert len(await bench.announced()) == 2


async def test_a_record_refused_by_its_handler_is_stored_with_code_field_and_remedy(bare: BareBench) -> None:
    handlers = Handlers()

    @handlers.on(MatchProposed)
    async def refuse(_event: MatchProposed, _tx: Tx) -> None:
        raise Unprocessable(ProblemCode.INVALID_FIELD, "offer_id", "name an offer that exists")

    async with bare(handlers) as bench:
        await bench.hear(a_proposal(an_admission().referral_id))

        (letter,) = await bench.dead_letters()
        assert (letter.reason, letter.where, letter.remedy) == (
            "invalid-field",
            "offer_id",
            "name an offer that exists",
        )


async def test_a_refused_record_is_dead_lettered_once_however_often_it_is_delivered(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        bad = bench.record(b"k", None, (), JOURNEY)

        await bench.hear_records(bad)
        await bench.hear_records(bad)

        assert len(await bench.dead_letters()) == 1


async def test_unknown_types_are_ignored_on_the_networks_own_streams(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", b"1"),
            ("ce_source", b"x"),
            ("ce_type", b"org.alongside.new.thing.v1"),
        ]

        await bench.hear_raw(b"k", b"{}", headers, JOURNEY)

        assert await bench.dead_letters() == []


async def test_a_newer_version_of_a_known_type_is_never_ignored(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", b"1"),
            ("ce_source", b"x"),
            ("ce_type", b"org.alongside.submission.admitted.v2"),
        ]

        await bench.hear_raw(b"k", b"{}", headers, JOURNEY)

        assert [letter.reason for letter in await bench.dead_letters()] == ["unsupported-version"]


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (None, (), "malformed"),
        (b"\xff\xfe", (("ce_id", b"\xff"),), "malformed"),
        (b"{}", (("ce_id", None),), "malformed"),
        (b"x" * (2 * 1024 * 1024), (), "too-large"),
        (b"{}", (("note", b"\xff"), ("empty", None)), "malformed"),
    ],
    ids=["tombstone", "binary header", "null header", "two megabytes", "foreign headers only"],
)
async def test_whatever_bytes_a_partner_sends_are_dead_lettered_and_answered(
    bare: BareBench, value: bytes | None, headers: tuple[tuple[str, bytes | None], ...], reason: str
) -> None:
    handlers, answered = noting_handlers(), []

    @handlers.on(SubmissionReceived)
    async def hear(_event: SubmissionReceived, _tx: Tx) -> None: ...

    @handlers.on_refused(SubmissionReceived.stream)
    async def tell(refused: Refusal, _tx: Tx) -> None:
        answered.append((refused.origin.partner, refused.problem.code))

    async with bare(handlers) as bench:
        await bench.hear_raw(b"k", value, headers, "partner.st-mary-hospital.referrals.v1")

        assert answered == [("st-mary-hospital", reason)]
        assert [letter.reason for letter in await bench.dead_letters()] == [reason]


async def test_unrelated_headers_may_hold_any_bytes(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        good = bench.record_of(an_admission(reference="r1"))
        odd = bench.record(
            good.key, good.value, (*good.headers, ("note", b"\xff\x00"), ("empty", None)), JOURNEY
        )

        await bench.hear_records(odd)

        assert await seen(bench) == ["r1"]


async def test_a_crash_before_the_commit_announces_nothing_and_the_redelivery_does(bare: BareBench) -> None:
    handlers = noting_handlers()
    crashes = iter([True, False])

    @handlers.on(MatchProposed)
    async def crash_once(_event: MatchProposed, _tx: Tx) -> None:
        if next(crashes):
            raise asyncio.CancelledError

    async with bare(handlers) as bench:
        admission = an_admission(reference="r1")
        batch = [bench.record_of(admission), bench.record_of(a_proposal(admission.referral_id))]
        with pytest.raises(asyncio.CancelledError):
            await bench.hear_records(*batch)
        assert (await seen(bench), await bench.announced()) == ([], [])

        await bench.hear_records(*batch)

        assert await seen(bench) == ["r1"]
        assert len(await bench.announced()) == 1


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.InternalClientError("cut off in the middle of a word"),
        ConnectionResetError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_while_infrastructure_is_unavailable_the_batch_waits_and_no_record_is_blamed(
    bare: BareBench, error: Exception
) -> None:
    handlers = Handlers()
    away = iter([True, True, True, False])

    @handlers.on(SubmissionAdmitted)
    async def hear(event: SubmissionAdmitted, tx: Tx) -> None:
        if next(away):
            raise error
        await tx.conn.execute("insert into seen (key, note) values ($1, 'here')", event.key)

    async with bare(handlers) as bench:
        await bench.hear(an_admission())

        assert await seen(bench) == ["here"]
        assert await bench.dead_letters() == []


async def test_code_that_disagrees_with_the_schema_stops_the_service_and_loses_nothing(
    bare: BareBench,
) -> None:
    handlers = Handlers()

    @handlers.on(SubmissionAdmitted)
    async def hear(_event: SubmissionAdmitted, tx: Tx) -> None:
        await tx.conn.execute("insert into a_table_nobody_made values (1)")

    async with bare(handlers) as bench:
        with pytest.raises((Stopped, asyncpg.UndefinedTableError)):
            await bench.hear(an_admission())

        assert await bench.dead_letters() == []
        assert await bench.pool.fetchval("select count(*) from inbox") == 0


async def test_too_many_dead_letters_in_a_row_stop_the_service(bare: BareBench) -> None:
    async with bare(noting_handlers(), dead_letters_in_a_row_max=5) as bench:
        with pytest.raises(DeadLetterLimit):
            await bench.hear_records(*(bench.record(b"k", b"{", (), JOURNEY) for _ in range(5)))

        assert len(await bench.dead_letters()) == 5


async def test_consequences_of_an_event_join_the_trace_of_its_sender(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        trace_id, sender = "1" * 32, "2" * 16

        await bench.hear(an_admission(), trace={"traceparent": f"00-{trace_id}-{sender}-01"})

        (span,) = [span for span in bench.finished_spans() if span.name.startswith("process")]
        assert span.parent is not None
        assert f"{span.parent.span_id:016x}" == sender
        (announced,) = await bench.announced()
        version, trace, parent, _flags = announced.trace["traceparent"].split("-")
        assert span.context is not None
        assert (version, trace, parent) == ("00", trace_id, f"{span.context.span_id:016x}")


async def test_a_span_carries_the_referral_id_and_no_payload(bare: BareBench) -> None:
    async with bare(noting_handlers()) as bench:
        admission = an_admission(reference="only-in-the-payload")

        await bench.hear(admission)

        (span,) = [span for span in bench.finished_spans() if span.name.startswith("process")]
        attributes = dict(span.attributes or {})
        assert attributes["alongside.referral.id"] == str(admission.referral_id)
        assert "only-in-the-payload" not in str(attributes)


async def test_batch_handlers_get_events_of_one_type_together_in_order(bare: BareBench) -> None:
    handlers, calls = Handlers(), []

    @handlers.on_batch(SubmissionReceived)
    async def together(events: Sequence[SubmissionReceived], _tx: Tx) -> None:
        calls.append([event.reference for event in events])

    async with bare(handlers) as bench:
        await bench.hear(*(a_submission(reference=name) for name in "abc"), partner="st-mary-hospital")

        assert calls == [["a", "b", "c"]]


async def test_a_corrected_copy_of_a_refused_event_is_handled(bare: BareBench) -> None:
    handlers = Handlers()
    mended = iter([False, False, True])

    @handlers.on(SubmissionAdmitted)
    async def hear(event: SubmissionAdmitted, tx: Tx) -> None:
        if not next(mended):
            raise Unprocessable(ProblemCode.INVALID_FIELD, "reference", "mend it")
        await tx.conn.execute("insert into seen (key, note) values ($1, 'heard')", event.key)

    async with bare(handlers) as bench:
        admission = an_admission()
        await bench.hear(admission, event_id="same")

        await bench.hear(admission, event_id="same")

        assert await seen(bench) == ["heard"]


async def test_a_forged_source_does_not_use_up_event_ids_of_the_real_partner(bare: BareBench) -> None:
    handlers, partners = Handlers(), []

    @handlers.on(SubmissionReceived)
    async def hear(_event: SubmissionReceived, tx: Tx) -> None:
        partners.append(tx.record and tx.record.partner)

    async with bare(handlers) as bench:
        owner = "urn:alongside:partner:st-mary-hospital"
        for partner in ("county-court", "st-mary-hospital"):
            await bench.hear(a_submission(), partner=partner, source=owner, event_id="x")

        assert partners == ["county-court", "st-mary-hospital"]
