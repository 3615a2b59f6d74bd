"""Records are indexed when they are stored, or in the background, and change only when they are changed."""

from datetime import timedelta
from pathlib import Path

from alongside_directory.finding.indexing import BATCH_MAX, index_others
from alongside_directory.policy import DirectoryPolicy
from tests.builders import REGION
from tests.service.directory.test_directory_import import confirmed, imported, services
from tests.service.directory.test_finding import described
from tests.service.directory.test_hsds import listed, names
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import Rows, like


async def test_a_service_at_a_location_changes_with_its_service_and_only_then(
    pair: ListingPair, tmp_path: Path
) -> None:
    async def times() -> list[str]:
        kinds = "kind in ('service', 'service_at_location')"
        rows = await pair.pool.fetch(f"select changed_at from directory_record where {kinds}")
        return sorted(row["changed_at"].isoformat() for row in rows)

    await imported(pair, tmp_path, described(circle="Weekly lunch"))
    first = await times()
    pair.clock.advance(timedelta(hours=1))
    await imported(pair, tmp_path, described(circle="Weekly lunch"))
    assert await times() == first
    assert await pair.pool.fetchval("select bool_and(indexed) from directory_record")

    await imported(pair, tmp_path, described(circle="Daily supper"))

    assert not set(await times()) & set(first)
    for path in ("/services", "/service_at_locations", "/organizations"):
        assert (await listed(pair, path, search="suppers"))["total_items"] == 1
        assert (await listed(pair, path, search="lunch"))["total_items"] == 0


async def test_records_of_an_earlier_release_are_indexed_when_the_service_starts(
    pair: ListingPair, tmp_path: Path
) -> None:
    many = [f"{number:04d}" for number in range(BATCH_MAX + 1)]
    await imported(pair, tmp_path, services(*many))
    vectors = "select id, search::text, languages from directory_record order by id"
    before = await pair.pool.fetch(vectors)
    await pair.pool.execute(
        "update directory_record set indexed = false, languages = '{}', search = to_tsvector('simple', 'former')"
    )
    assert await names(pair, "/services", search="circle") == []

    await index_in_background(pair)

    assert await pair.pool.fetch(vectors) == before
    assert (await listed(pair, "/services", search="circles"))["total_items"] == len(many)


async def test_an_import_leaves_what_an_earlier_release_has_stored_to_the_background(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, described(lunch="Soup", supper="Bread"))
    dates = "select id, changed_at from directory_record order by id"
    before = await pair.pool.fetch(dates)
    await pair.pool.execute("update directory_record set indexed = false, languages = '{}', search = ''")
    pair.clock.advance(timedelta(hours=1))

    await imported(pair, tmp_path, described(lunch="Soup", supper="Bread"))

    assert await pair.pool.fetch(dates) == before
    assert await names(pair, "/services", search="soup") == []
    await index_in_background(pair)
    assert await names(pair, "/services", search="soup") == ["lunch"]


async def test_searches_are_planned_by_what_is_there_after_an_import_and_after_indexing(
    pair: ListingPair, tmp_path: Path
) -> None:
    async def languages_known() -> str:
        return str(
            await pair.pool.fetchval(
                "select most_common_elems::text from pg_stats where tablename = 'directory_record' and attname = 'languages'"
            )
        )

    spoil = "update directory_record set indexed = false, languages = '{}'; analyze directory_record"
    await imported(pair, tmp_path, services("a", "b"))
    await pair.pool.execute(spoil)
    assert "english" not in await languages_known()
    await index_in_background(pair)
    assert "english" in await languages_known()

    await pair.pool.execute(spoil)
    await imported(pair, tmp_path, services("a", "b", name="Renamed"))
    assert "english" in await languages_known()


async def test_what_another_transaction_holds_is_not_waited_for(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, described(lunch="Soup", supper="Bread"))
    await pair.pool.execute("update directory_record set indexed = false")

    async with pair.runtime.transaction() as tx:
        await tx.conn.execute("select from directory_record where source_id = 'lunch' for update")
        await index_in_background(pair)

    left = await pair.pool.fetch("select source_id from directory_record where not indexed")
    assert [row["source_id"] for row in left] == ["lunch"]


async def test_a_record_is_indexed_in_the_language_of_its_region(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, described(lunch="Soup"))
    await pair.pool.execute("update directory_record set indexed = false")

    await index_others(pair.runtime, {REGION: DirectoryPolicy(language="es")})

    languages = await pair.pool.fetch("select languages from directory_record where kind = 'organization'")
    assert [row["languages"] for row in languages] == [["spanish"]]


async def test_a_tombstone_stays_as_it_is_when_its_service_changes(pair: ListingPair, tmp_path: Path) -> None:
    def at(*locations: str, text: str) -> dict[str, Rows]:
        tables = described(lunch=text)
        tables["locations"] = [like("locations", id=it) for it in locations]
        tables["services_at_location"] = [
            {"id": it, "service_id": "lunch", "location_id": it} for it in locations
        ]
        tables["physical_addresses"] = [like("physical_addresses", id=it, location_id=it) for it in locations]
        return tables

    await imported(pair, tmp_path, at("l1", "l2", text="Soup"))
    await confirmed(pair, tmp_path, at("l1", text="Soup"))
    tombstones = "select * from directory_record where removed_at is not null"
    before = await pair.pool.fetch(tombstones)
    pair.clock.advance(timedelta(hours=1))

    await imported(pair, tmp_path, at("l1", text="Bread"))

    assert await pair.pool.fetch(tombstones) == before != []


async def index_in_background(pair: ListingPair) -> None:
    """Let the service's own worker index what is not indexed."""
    (worker,) = [it for it in pair.service.workers if getattr(it, "func", None) is index_others]
    await worker(pair.runtime)
