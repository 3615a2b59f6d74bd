"""The five promises of every handler of every service, tested once for all of them.

1 An event received twice has its effects once; 2 an unknown event is ignored; 3 an unreadable one is set aside; 4 what
crashes before the commit was never announced; 5 everything that follows from an event belongs to that event's trace.
"""

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from alongside_chassis.errors import Stopping
from alongside_chassis.service import Service
from alongside_chassis.testing import ServiceBench
from alongside_contracts import streams
from alongside_contracts.event import parse
from alongside_contracts.registry import all_events
from alongside_contracts.schemas.examples import examples_of
from alongside_contracts.schemas.gate import BASE_FOLDER
from alongside_contracts.services import SERVICES
from tests.conftest import PERSON_KEY
from tests.service.scenarios import SCENARIOS, Scenario

TRACE_ID, SENDER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
_CRASH_AT_COMMIT = """
    create function crash() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create constraint trigger crash after insert on inbox deferrable initially deferred
        for each row execute function crash();
"""

HEARING = [name for name in SERVICES if any(name in each.readers for each in streams.ALL)]
"""The services that hear a stream."""
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=str)


@pytest.fixture
async def bench(
    scenario: Scenario, bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]
) -> AsyncIterator[ServiceBench]:
    """Run the scenario's service, ready to hear."""
    settings = {"person_key": PERSON_KEY} if scenario.service == "intake" else {}
    async with bench_of(scenario.service, retry_seconds_max=0.05, **settings) as ready:
        yield ready


@each_scenario
async def test_an_event_heard_twice_has_its_effects_once(scenario: Scenario, bench: ServiceBench) -> None:
    event = await scenario.prepare(bench)
    await bench.announced(clear=True)
    await bench.hear(event, partner=scenario.partner, event_id="one-and-the-same")
    once, stored = await bench.announced(), await contents(bench)

    await bench.hear(event, partner=scenario.partner, event_id="one-and-the-same")

    assert [a.id for a in await bench.announced()] == [a.id for a in once]
    assert await contents(bench) == stored
    assert bool(once) == scenario.announces
    assert await bench.dead_letters() == []


@each_scenario
async def test_an_unknown_event_is_ignored(scenario: Scenario, bench: ServiceBench) -> None:
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"1"),
        ("ce_source", b"urn:alongside:service:tomorrow"),
        ("ce_type", b"org.alongside.something.invented.v1"),
    ]

    await bench.hear_raw(b"k", b"{}", headers, streams.JOURNEY.name)

    assert (await bench.announced(), await bench.dead_letters()) == ([], [])


@pytest.mark.parametrize("name", HEARING)
async def test_an_event_that_concerns_only_other_readers_of_a_stream_is_ignored(
    name: str, bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]
) -> None:
    """Such as `PartnerRegistered` at intake and at matching, which hear of `people.v1` for erased people."""
    settings = {"person_key": PERSON_KEY} if name == "intake" else {}
    async with bench_of(name, **settings) as bench:
        received = [contract for contract in all_events() if name in contract.stream.readers]
        others = [contract for contract in received if contract not in bench.service.handlers.events]
        stored = await contents(bench)

        for contract in others:
            example = examples_of(contract.type, BASE_FOLDER / "examples")["full"]
            await bench.hear(parse(contract, example))

        assert others
        assert (await bench.announced(), await bench.dead_letters()) == ([], [])
        assert await contents(bench) == stored


@each_scenario
async def test_an_unreadable_payload_is_dead_lettered_and_its_neighbour_is_handled(
    scenario: Scenario, bench: ServiceBench
) -> None:
    event = await scenario.prepare(bench)
    await bench.announced(clear=True)
    good = bench.record_of(event, partner=scenario.partner)
    bad = bench.record(
        good.key, b'{"nothing": "of use"}', [*good.headers[:1], *renamed(good.headers[1:])], good.topic
    )

    await bench.hear_records(bad, good)

    (dead_letter,) = await bench.dead_letters()
    assert (dead_letter.reason, dead_letter.offset) == ("invalid-field", bad.offset)
    assert any(a.event for a in await bench.announced()) or not scenario.announces


@each_scenario
async def test_a_crash_before_the_commit_announces_nothing_and_loses_nothing(
    scenario: Scenario, bench: ServiceBench
) -> None:
    event = await scenario.prepare(bench)
    await bench.announced(clear=True)
    stored = await contents(bench)
    await bench.pool.execute(_CRASH_AT_COMMIT)
    bench.pipeline.stopping.set()
    with pytest.raises(Stopping):
        await bench.hear(event, partner=scenario.partner, event_id="survivor")
    assert (await bench.announced(), await contents(bench)) == ([], stored)

    await bench.pool.execute("drop trigger crash on inbox")
    bench.pipeline.stopping.clear()
    await bench.hear(event, partner=scenario.partner, event_id="survivor")

    assert bool(await bench.announced()) == scenario.announces


@each_scenario
async def test_announcements_belong_to_the_trace_of_their_cause(
    scenario: Scenario, bench: ServiceBench
) -> None:
    event = await scenario.prepare(bench)
    await bench.announced(clear=True)

    await bench.hear(event, partner=scenario.partner, trace={"traceparent": f"00-{TRACE_ID}-{SENDER}-01"})

    (span,) = [s for s in bench.finished_spans() if s.parent and f"{s.parent.span_id:016x}" == SENDER]
    expected = f"00-{TRACE_ID}-{span.context.span_id:016x}"
    announced = await bench.announced()
    assert {a.trace["traceparent"][:52] for a in announced} == ({expected} if scenario.announces else set())


@pytest.mark.parametrize("name", SERVICES)
def test_every_handler_has_a_scenario(name: str) -> None:
    settings = {"database_url": "postgresql://nobody@127.0.0.1/none", "person_key": PERSON_KEY}
    chosen = importlib.import_module(f"alongside_{name}.settings").Settings(**settings)
    service: Service = importlib.import_module(f"alongside_{name}.app").service(chosen)

    assert {scenario.contract for scenario in SCENARIOS if scenario.service == name} == set(
        service.handlers.events
    )


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_hears_just_the_streams_the_contracts_let_it_read(name: str) -> None:
    settings = {"database_url": "postgresql://nobody@127.0.0.1/none", "person_key": PERSON_KEY}
    chosen = importlib.import_module(f"alongside_{name}.settings").Settings(**settings)
    service: Service = importlib.import_module(f"alongside_{name}.app").service(chosen)

    assert {s.name for s in service.hears} == {s.name for s in streams.ALL if name in s.readers}


def renamed(headers: tuple[tuple[str, bytes], ...]) -> list[tuple[str, bytes]]:
    """Return the same headers under another event id."""
    return [(name, b"another" if name == "ce_id" else value) for name, value in headers]


async def contents(bench: ServiceBench) -> dict[str, str]:
    """Return a digest of every table's rows except the outbox's, so that changed rows show as well as added ones."""
    tables = await bench.pool.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> 'outbox'"
    )
    return {
        name: await bench.pool.fetchval(
            f"select md5(string_agg(each::text, ';' order by each::text)) from \"{name}\" each"
        )
        for (name,) in tables
    }
