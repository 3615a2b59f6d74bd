"""A package in doubt changes nothing until somebody confirms it; a dry run says what an import would do."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies

from tests.service.directory.test_directory_import import (
    imported,
    listed,
    seen,
    services,
    upload,
    work,
)
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import Rows, like, tables_about, zip_of, zipped

TEN = [f"s{number}" for number in range(10)]
COUNTS = (
    "created",
    "changed",
    "unchanged",
    "quarantined",
    "vanished",
    "flagged",
    "lines_quarantined",
    "read",
    "of",
)


async def everything(bench: ListingPair) -> list[Any]:
    """Return what an import may change: records, sources, listings, and the offers that follow them."""
    tables = {
        "directory_record": "id, document, last_import, removed_at",
        "directory_source": "key, rows",
        "directory_listing": "source_id, source, number, sequence, state, withdrawn",
    }
    offers = "select id, name, needs, paused_because, withdrawn, content_hash from offer order by 1"
    return [
        await bench.matching.pool.fetch(offers),
        *[
            await bench.pool.fetch(f"select {columns} from {table} order by 1")
            for table, columns in tables.items()
        ],
    ]


def asked(done: dict[str, Any]) -> set[tuple[str, ...]]:
    """Return the questions of an import."""
    return {(it["code"], *it["about"]) for it in done["questions"]}


async def test_a_package_that_retires_more_than_the_share_is_held_until_it_is_confirmed(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services(*TEN))
    before = await everything(pair)

    held = await imported(pair, tmp_path, services(*TEN[:7]))
    after_holding = await everything(pair)
    wrong = await imported(pair, tmp_path, services(*TEN[:7]), confirm="0123456789ab")
    other = await imported(pair, tmp_path, services(*TEN[:6]), confirm=held["confirmation"])
    after_other = await everything(pair)
    done = await imported(pair, tmp_path, services(*TEN[:7]), confirm=held["confirmation"])

    assert {("retires", "service"), ("retires", "listing"), ("cut", "services")} <= asked(held)
    assert [it["state"] for it in (held, wrong, other, done)] == ["held", "held", "held", "done"]
    assert all(question["remedy"] for question in held["questions"])
    assert before == after_holding == after_other
    assert done["vanished"] == 3


async def test_a_package_that_retires_no_more_than_the_share_is_imported(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services(*TEN))

    done = await imported(pair, tmp_path, services(*TEN[:8]))

    assert (done["state"], done["vanished"], done["questions"], done["confirmation"]) == ("done", 2, [], None)


def without_needs() -> dict[str, Rows]:
    """Return the services with a term that answers no need."""
    terms = [{"id": f"t{it}", "service_id": it, "taxonomy_id": "PX"} for it in TEN]
    return services(*TEN) | {"services_taxonomy": terms, "taxonomy": [{"id": "PX", "name": "Volunteering"}]}


def inactive() -> dict[str, Rows]:
    """Return the services as closed."""
    tables = services(*TEN)
    return tables | {"services": [row | {"status": "inactive"} for row in tables["services"]]}


def orphans() -> dict[str, Rows]:
    """Return the services without their organisation."""
    return services(*TEN) | {"organizations": [{"id": "o2", "name": "Another"}]}


@pytest.mark.parametrize(
    ("tables", "question"),
    [
        (without_needs(), ("retires", "listing")),
        (inactive(), ("retires", "listing")),
        (orphans(), ("empty", "services")),
        (orphans(), ("parts-missing", "services")),
        (services(*TEN) | {"languages": [like("languages", id="")] * 0}, ("cut", "languages")),
    ],
    ids=["no needs", "inactive", "orphans", "no organisations", "a table is missing"],
)
async def test_a_package_that_would_leave_nothing_to_propose_is_held(
    pair: ListingPair, tmp_path: Path, tables: dict[str, Rows], question: tuple[str, ...]
) -> None:
    await imported(pair, tmp_path, services(*TEN))
    before = await everything(pair)

    held = await imported(pair, tmp_path, {name: rows for name, rows in tables.items() if rows})

    assert held["state"] == "held"
    assert question in asked(held)
    assert await everything(pair) == before


async def test_a_table_that_ends_with_half_a_row_is_held_even_the_first_time(
    pair: ListingPair, tmp_path: Path
) -> None:
    files = zipped(services(*TEN))
    files["data/services.csv"] += b"s10,o1\n"
    queued = await upload(pair, zip_of(tmp_path, files).read_bytes())

    await work(pair)

    held = await seen(pair, queued)
    assert (held["state"], asked(held)) == ("held", {("cut", "services")})
    assert await listed(pair) == []


async def test_a_package_whose_services_are_cut_is_held_even_the_first_time(
    pair: ListingPair, tmp_path: Path
) -> None:
    whole = services(*TEN)

    held = await imported(pair, tmp_path, whole | {"services": whole["services"][:5]})

    assert (held["state"], asked(held)) == ("held", {("parts-missing", "services_taxonomy")})
    assert await listed(pair) == []


async def test_an_upload_that_the_database_lost_is_asked_for_again(pair: ListingPair, tmp_path: Path) -> None:
    queued = await upload(pair, zip_of(tmp_path, zipped(services("a"))).read_bytes())
    await pair.pool.execute("truncate directory_import_part")  # as after a crash of PostgreSQL

    await work(pair)

    lost = await seen(pair, queued)
    assert (lost["state"], "Send the package again" in lost["remedy"]) == ("failed", True)


async def test_uploads_are_kept_out_of_the_log_and_of_backups(pair: ListingPair) -> None:
    persistence = await pair.pool.fetchval(
        "select relpersistence from pg_class where relname = 'directory_import_part'"
    )

    assert persistence == b"u"


async def test_a_confirmation_is_for_what_would_be_lost_and_not_for_as_much(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services(*TEN))
    held = await imported(pair, tmp_path, services(*TEN[:6]))
    await pair.pool.execute(
        "update directory_record set id = gen_random_uuid() where kind = 'service' and source_id = 's9'"
    )

    again = await imported(pair, tmp_path, services(*TEN[:6]), confirm=held["confirmation"])

    assert (again["state"], again["confirmation"] != held["confirmation"]) == ("held", True)


async def test_a_confirmation_is_for_one_source(pair: ListingPair, tmp_path: Path) -> None:
    other = {"source": "lighthouse", "new_source": "true"}
    for source in ({}, other):
        await imported(pair, tmp_path, services(*TEN), **source)
    held = await imported(pair, tmp_path, inactive())

    confirmed_by_other = await imported(pair, tmp_path, inactive(), confirm=held["confirmation"], **other)

    assert (held["state"], confirmed_by_other["state"]) == ("held", "held")


async def test_hotlines_by_the_dozen_are_asked_about(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services(*TEN))
    tables = services(*TEN)
    lines = [row | {"name": f"{row['name']} and support line"} for row in tables["services"]]

    held = await imported(pair, tmp_path, tables | {"services": lines})

    assert (held["state"], asked(held)) == ("held", {("retires", "listing")})


async def test_a_hotline_is_listed_and_is_no_offer(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services(*"abcdef"))

    done = await imported(pair, tmp_path, services(*"abcdef", name="24-hour hotline"))

    assert (done["state"], done["vanished"], done["changed"]) == ("done", 0, 1)
    assert [it["paused_because"] for it in await listed(pair)] == ["vanished", *[None] * 5]
    found = {}
    for hotline in ("true", "false"):
        page = (await pair.client.get("/services", params={"hotline": hotline})).json()
        found[hotline] = [it["name"] for it in page["contents"]]
    assert found == {"true": ["24-hour hotline"], "false": found["false"]}
    assert sorted(found["false"]) == [f"Circle {it}" for it in "bcdef"]


async def test_a_dry_run_of_a_package_in_doubt_asks_and_counts(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services(*TEN))
    before = await everything(pair)

    dry = await imported(pair, tmp_path, services("s0"), dry_run="true")
    after = await everything(pair)
    done = await imported(pair, tmp_path, services("s0"), confirm=dry["confirmation"])

    assert (dry["state"], dry["dry_run"], done["state"], done["vanished"]) == ("held", True, "done", 9)
    assert before == after


STATES = strategies.sampled_from(["", "active", "inactive"])
SERVICES = strategies.dictionaries(
    strategies.sampled_from(TEN),
    strategies.tuples(
        strategies.sampled_from(["Circle", "Evening circle", "Night hotline", "Al-Anon", ""]),
        STATES,
        strategies.sampled_from(["o1", "o9"]),
        strategies.sampled_from(["PN-8100.1000", "PN-8100.0500-070", "PX"]),
    ),
    min_size=1,
)


def package(chosen: dict[str, tuple[str, str, str, str]]) -> dict[str, Rows]:
    """Return a package of these services: name, status, organisation and term by id."""
    codes = ("PN-8100.1000", "PN-8100.0500-070", "PX")
    return tables_about(
        min(chosen),
        services=[
            like("services", id=it, name=name, status=status, organization_id=organisation)
            for it, (name, status, organisation, _) in chosen.items()
        ],
        taxonomy=[{"id": code, "name": code} for code in codes],
        services_taxonomy=[
            {"id": f"t{it}", "service_id": it, "taxonomy_id": term} for it, (*_, term) in chosen.items()
        ],
    )


@given(
    packages=strategies.lists(
        strategies.tuples(strategies.sampled_from(["one", "two"]), SERVICES), min_size=2, max_size=4
    )
)
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_a_dry_run_predicts_the_import_and_no_import_changes_another_sources_listings(
    pair: ListingPair,
    tmp_path: Path,
    packages: list[tuple[str, dict[str, tuple[str, str, str, str]]]],
) -> None:
    await pair.pool.execute("truncate directory_record, directory_source, directory_import cascade")
    await pair.matching.pool.execute("truncate offer, listing cascade")
    for source, chosen in packages:
        of_source = {"source": source, "new_source": "true"}
        others = await of_others(pair, source)

        dry = await imported(pair, tmp_path, package(chosen), dry_run="true", **of_source)
        confirmation = {"confirm": dry["confirmation"]} if dry["state"] == "held" else {}
        done = await imported(pair, tmp_path, package(chosen), **confirmation, **of_source)

        assert done["state"] == "done"
        assert {name: dry[name] for name in COUNTS} == {name: done[name] for name in COUNTS}
        assert await of_others(pair, source) == others


async def of_others(bench: ListingPair, source: str) -> list[Any]:
    """Return the records, listings and offers of all other sources."""
    records = await bench.pool.fetch("select * from directory_record where source <> $1 order by id", source)
    listings = await bench.pool.fetch(
        "select * from directory_listing where source <> $1 order by number", source
    )
    offers = await bench.matching.pool.fetch(
        "select * from offer where source <> $1 order by id", f"directory:{source}"
    )
    return [records, listings, offers]


async def test_what_is_only_hidden_is_not_asked_as_lost_to_people(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services(*TEN))

    hides = await imported(pair, tmp_path, services(*TEN[:5]), vanished="keep")
    pauses = await imported(pair, tmp_path, services(*TEN[:5]))

    assert ("retires", "listing") not in asked(hides)
    assert ("retires", "listing") in asked(pauses)
