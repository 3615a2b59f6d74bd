"""The span store's queries on real PostgreSQL."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import JsonValue

from alongside_cli.traces.model import REFERRAL_ATTRIBUTE, Kind, SpanEvent, SpanStatus
from alongside_cli.traces.tree import edges
from alongside_lab.faults.injection.proxy import FaultProxy
from alongside_localstack.ports import free_port
from alongside_localstack.postgres.databases import Server
from alongside_localstack.traces.errors import StoreUnavailable
from alongside_localstack.traces.store import INSERT, SPANS_PER_ANSWER_MAX, SpanStore, _row, open_store
from tests.service.traces.receivers import until
from tests.unit.traces.spans import a_referral_trace, a_span, trace_id


async def test_a_stored_span_is_returned_unchanged(store: SpanStore) -> None:
    plain = a_span(
        1,
        "intake",
        parent=9,
        links=[(2, 3)],
        status=SpanStatus.ERROR,
        status_message="x",
        attributes={"n": 2**62, "many": ["a", 1.5, None, True], "words": "Zürich 東京"},
    )
    span = type(plain)(
        **{name: getattr(plain, name) for name in plain.__slots__}
        | {"kind": Kind.CONSUMER, "events": (SpanEvent(name="held", at_ns=7, attributes={"why": "x"}),)}
    )

    await store.insert([span])

    assert await store.spans_of_trace(trace_id(1)) == [span]


async def test_creating_the_schema_again_and_at_the_same_time_changes_nothing(store: SpanStore) -> None:
    await store.insert(a_referral_trace())

    await asyncio.gather(*(store.create_schema() for _ in range(4)))

    assert len(await store.spans_of_trace(trace_id(1))) == 5


async def test_only_new_spans_are_counted_and_the_first_of_an_id_wins(store: SpanStore) -> None:
    await store.insert([a_span(1, "intake", name="first")])

    added = await store.insert([a_span(1, "intake", name="second"), a_span(2, "intake"), a_span(2, "intake")])

    assert added == 1
    assert [span.name for span in await store.spans_of_trace(trace_id(1))] == ["first", "work"]


async def test_an_export_which_overlaps_with_another_one_waits_for_it_and_never_locks_it_out(
    store: SpanStore,
) -> None:
    middle, last = (_row(a_span(number, "intake")) for number in (5, 9))
    async with store._pool.acquire() as other, other.transaction():
        await other.execute(INSERT, *([value] for value in middle))
        ours = asyncio.create_task(store.insert([a_span(number, "intake") for number in (9, 5, 1)]))

        async def ours_waits() -> bool:
            return bool(await other.fetchval("select count(*) from pg_locks where not granted"))

        await until("our export to wait for the other one", ours_waits)
        await other.execute(INSERT, *([value] for value in last))

    assert await ours == 1
    assert len(await store.spans_of_trace(trace_id(1))) == 3


async def test_a_referral_finds_all_spans_of_every_trace_that_names_it(store: SpanStore) -> None:
    named: dict[str, JsonValue] = {REFERRAL_ATTRIBUTE: "referral-1"}
    later = a_span(8, "matching", trace=2, ms=(500, 510), attributes=named)
    unrelated = a_span(9, "matching", trace=3, attributes={REFERRAL_ATTRIBUTE: "referral-2"})
    root, child = a_span(1, "intake"), a_span(2, "matching", parent=1, ms=(3, 4), attributes=named)

    await store.insert([later, unrelated, child, root])

    assert await store.traces_of_referral("referral-1") == [root, child, later]


async def test_a_referral_id_too_long_for_an_index_does_not_cost_its_neighbours(store: SpanStore) -> None:
    absurd = a_span(1, "intake", attributes={REFERRAL_ATTRIBUTE: "x" * 100_000})

    assert await store.insert([absurd, a_span(2, "intake")]) == 2


async def test_the_database_and_the_pure_rule_see_the_same_steps(store: SpanStore) -> None:
    spans = [*a_referral_trace(), a_span(6, "intake", parent=2), a_span(7, "matching", parent=99)]

    await store.insert(spans)

    assert await store.edges_of_trace(trace_id(1)) == edges(spans)


async def test_the_newest_spans_stay_and_the_oldest_go(store: SpanStore) -> None:
    for number in range(1, 11):
        await store.insert([a_span(number, "intake", trace=number)])

    assert await store.delete_oldest(spans_max=4) == 6
    assert await store.delete_oldest(spans_max=4) == 0

    remaining = [number for number in range(1, 11) if await store.spans_of_trace(trace_id(number))]
    assert remaining == [7, 8, 9, 10]


async def test_an_answer_is_bounded_and_keeps_the_earliest(store: SpanStore) -> None:
    await store.insert([a_span(n, "intake", ms=(n, n + 1)) for n in range(1, SPANS_PER_ANSWER_MAX + 3)])

    spans = await store.spans_of_trace(trace_id(1))

    assert (len(spans), spans[0].span_id) == (SPANS_PER_ANSWER_MAX, f"{1:016x}")


async def test_inserting_no_spans_makes_no_query(store: SpanStore) -> None:
    assert await store.insert([]) == 0


async def test_a_connection_closed_between_two_queries_makes_the_store_unavailable(
    span_server: Server,
) -> None:
    database, proxy_port = span_server.create_database(), free_port()
    proxied_url = replace(database, port=proxy_port).url
    async with (
        FaultProxy(proxy_port, span_server.port).listening() as proxy,
        open_store(proxied_url) as store,
    ):
        await store.ping()
        proxy.forward_eof = False
        with span_server.connection() as superuser:
            superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [database.role]
            )
        await until("the goodbye to arrive", lambda: asyncio.sleep(0, proxy.eofs_dropped))

        with pytest.raises(StoreUnavailable):
            await store.ping()
