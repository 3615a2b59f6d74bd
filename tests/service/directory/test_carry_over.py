"""An installation's directory is carried over from matching once: all of it with the same ids, or nothing."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from alongside_chassis.database import UNANSWERED, connection
from alongside_chassis.migrations import upgrade
from alongside_chassis.testing import ServiceBench
from alongside_contracts.directory import ListingPublished, ListingWithdrawn
from alongside_directory import carry_over as command
from alongside_directory.carry_over import NotCarriedOver, carry_over
from alongside_directory.importing import import_next
from alongside_directory.settings import CarryOverSettings
from alongside_directory.store.former import CARRIED_TABLES, copy_table
from alongside_localstack.postgres.databases import Database, Server
from tests.conftest import SERVICE_TOKEN
from tests.service.directory.test_directory_import import importer, services, upload
from tests.service.listing_pair import ListingPair
from tests.service.test_upgrades import RELEASE_FILES, columns_of, rows
from tests.unit.directory.sample_packages import Rows, zip_of, zipped

MATCHING_FILES = [
    file for file in RELEASE_FILES if file.stem == "matching" and not file.with_name("directory.sql").exists()
]
"""Matching's databases of releases in which the directory was a part of it."""
NOT_CARRIED = {"digest_key", "search", "languages", "indexed"}
each_release = pytest.mark.parametrize("file", MATCHING_FILES, ids=lambda file: file.parent.name)
END_IMPORTS = "update directory_import set state = 'failed', finished_at = created_at where state = 'queued'"
OFFERS = "select to_jsonb(offer) - '{content_hash,updated_at}'::text[] as row from offer order by id"
DOCUMENTS = "select id, document from directory_record where kind = 'service' and removed_at is null"
LISTINGS = "select source, source_id, number, state, withdrawn from directory_listing order by source, number"
BenchOf = Callable[..., AbstractAsyncContextManager[ServiceBench]]


@dataclass(frozen=True, slots=True)
class Installation:
    """Matching's database, and the directory's new one."""

    server: Server
    matching: Database
    directory: Database

    @property
    def settings(self) -> CarryOverSettings:
        """The settings of the command."""
        urls: dict[str, Any] = {
            "database_url": self.directory.url,
            "matching_database_url": self.matching.url,
        }
        return CarryOverSettings(**urls)

    async def carry_over(self) -> list[str]:
        """Carry over, and return the lines that are shown."""
        shown: list[str] = []
        await carry_over(self.settings, shown.append)
        return shown

    def execute(self, statement: str, *, on: Database | None = None) -> None:
        """Change matching's database, or another."""
        with self.server.connection((on or self.matching).name) as conn:
            conn.execute(statement.encode())

    def contents(self, database: Database) -> dict[str, list[str]]:
        """Return the rows of the tables that are carried over, with the columns of the directory."""
        with (
            self.server.connection(database.name) as its,
            self.server.connection(self.directory.name) as own,
        ):
            return {
                table: rows(its, table, [name for name in columns_of(own, table) if name not in NOT_CARRIED])
                for table in CARRIED_TABLES
            }


@pytest.fixture
def file() -> Path:
    """Return the database of the newest release; parameters replace it."""
    return MATCHING_FILES[-1]


@pytest.fixture
def installation(postgres: Server, migrated: Callable[[str], Database], file: Path) -> Iterator[Installation]:
    """Restore matching's database of an earlier release, upgraded, without imports that run."""
    matching, directory = postgres.create_database(), postgres.clone(migrated("alongside_directory"))
    made = Installation(postgres, matching, directory)
    made.execute(f"set role {matching.role}; {file.read_text()}")
    upgrade(matching.url, "alongside_matching")
    made.execute(END_IMPORTS)
    yield made
    for database in (matching, directory):
        postgres.drop_database(database.name)


@pytest.fixture
async def pair_of(bench_of: BenchOf, installation: Installation) -> AsyncIterator[ListingPair]:
    """The directory and matching on the databases of the installation."""
    async with (
        bench_of("directory", database_url=installation.directory.url) as directory,
        bench_of("matching", database_url=installation.matching.url) as matching,
    ):
        directory.client.headers["Authorization"] = f"Bearer {SERVICE_TOKEN}"
        yield ListingPair(directory, matching)


@each_release
async def test_every_id_document_tombstone_report_and_source_is_the_same(installation: Installation) -> None:
    before = installation.contents(installation.matching)

    shown = await installation.carry_over()

    assert installation.contents(installation.directory) == before
    assert all(before.values())
    assert shown[-1] == command.NEXT


@each_release
async def test_offers_are_unchanged_when_the_listings_made_of_them_are_announced(
    installation: Installation, pair_of: ListingPair
) -> None:
    pair = pair_of
    await pair.matching.pool.execute(
        """update offer set name = 'Named by staff', kept_by_staff = '{name}', paused_because = 'staff'
        where source_id = 's2' and source like 'directory:%'"""
    )
    offers, documents = await pair.matching.pool.fetch(OFFERS), await pair.matching.pool.fetch(DOCUMENTS)
    dead_letters = await pair.matching.dead_letters()

    await installation.carry_over()
    answer = await pair.client.post("/directory/announcements", json={})
    news = await pair.forward()

    assert answer.json()["announced"] == len(news) > 0
    assert await pair.matching.pool.fetch(OFFERS) == offers
    assert await pair.matching.dead_letters() == dead_letters
    assert len(await pair.matching.pool.fetch("select from listing")) == len(news)
    shown = (await pair.client.get("/services", params={"per_page": 100})).json()["contents"]
    assert {it["id"] for it in shown} == {str(row["id"]) for row in documents}
    assert await pair.pool.fetch(DOCUMENTS) == documents


async def test_a_directory_of_today_is_carried_over_as_it_would_have_announced_itself(
    pair: ListingPair, installation: Installation, tmp_path: Path
) -> None:
    """What today's code imported is put where matching had it before."""
    await a_varied_directory(pair, tmp_path)
    await put_back(pair, installation)
    former = await pair.pool.fetch(LISTINGS)

    await installation.carry_over()

    own = await asyncpg.connect(installation.directory.url)
    try:
        listed = {(it["source"], it["source_id"]): it for it in await own.fetch(LISTINGS)}
        numbers = await own.fetch(
            "select source, array_agg(number order by number) as its from directory_listing group by 1"
        )
    finally:
        await own.close()
    assert {key: (decisive(it["state"]), it["withdrawn"]) for key, it in listed.items()} == {
        (it["source"], it["source_id"]): (decisive(it["state"]), it["withdrawn"]) for it in former
    }
    assert {it["withdrawn"] for it in former} == {None, "pause", "hide"}
    assert all(it["its"] == list(range(1, len(it["its"]) + 1)) for it in numbers)
    assert installation.contents(installation.directory) == installation.contents(installation.matching)


async def test_after_announcing_and_the_next_import_nothing_is_other_than_before(
    pair: ListingPair, pair_of: ListingPair, installation: Installation, tmp_path: Path
) -> None:
    await a_varied_directory(pair, tmp_path)
    await put_back(pair, installation)
    offers, dead_letters = (
        await pair_of.matching.pool.fetch(OFFERS),
        await pair_of.matching.dead_letters(),
    )
    await installation.carry_over()

    await pair_of.client.post("/directory/announcements", json={})
    announced = await pair_of.forward()
    after_announcing = await pair_of.matching.pool.fetch(OFFERS)
    await imported(pair_of, tmp_path, SECOND, source="lighthouse")
    by_import = await pair_of.forward()

    assert after_announcing == offers
    assert len([it for it in announced if isinstance(it.event, ListingPublished)]) == 8
    assert {it.event.effect for it in announced if isinstance(it.event, ListingWithdrawn)} == {
        "pause",
        "hide",
    }
    assert len(by_import) == 2
    assert await pair_of.matching.pool.fetch(OFFERS) == offers
    assert await pair_of.matching.dead_letters() == dead_letters


async def test_what_cannot_be_a_listing_is_left_out_and_said(installation: Installation) -> None:
    installation.execute("""
        insert into offer (id, kind, region, needs, languages, source, source_id, capacity, name, created_at, updated_at)
        select gen_random_uuid(), it.kind, it.region, '{grief}', '{en}', it.source, it.source_id, 1, null, now(), now() from (values
            ('service', 'us-fl-miami', 'directory:us-fl-miami', repeat('x', 256)),
            ('supporter', 'us-fl-miami', 'directory:us-fl-miami', 'a supporter'),
            ('service', 'us-fl-miami', 'directory:of-nobody', 's1'),
            ('service', 'de-berlin', 'directory:us-fl-miami', 'elsewhere')) as it (kind, region, source, source_id)
    """)
    installation.execute("delete from offer_change; delete from offer where source_id = 's9'")

    shown = await installation.carry_over()

    assert any(
        line.startswith("Offers and hotlines that no listing can be made of, which stay as they are: 4 (")
        for line in shown
    )


async def test_listed_services_without_an_offer_are_counted(installation: Installation) -> None:
    installation.execute("""
        insert into directory_record (id, region, source, kind, source_id, document, search, content_hash, first_import, last_import, created_at, changed_at)
        select gen_random_uuid(), region, source, kind, 'unoffered', document, search, content_hash, first_import, last_import, created_at, changed_at
        from directory_record where kind = 'service' limit 1
    """)

    shown = await installation.carry_over()

    assert "Listed services without an offer: 1; they are announced by the next import" in shown


async def test_it_is_refused_while_an_import_has_not_ended(installation: Installation) -> None:
    installation.execute("update directory_import set state = 'reading'")

    await refused(installation, r"Imports in matching that have not ended: \d")


async def test_it_is_refused_the_second_time(installation: Installation) -> None:
    await installation.carry_over()
    before = installation.contents(installation.directory)

    with pytest.raises(NotCarriedOver, match="was carried over already, or has imports of its own"):
        await installation.carry_over()

    assert installation.contents(installation.directory) == before


async def test_it_is_refused_for_a_database_of_matching_without_sources(
    installation: Installation, file: Path
) -> None:
    earlier = installation.server.create_database()
    installation.execute(MATCHING_FILES[0].read_text(), on=earlier)

    for other in (earlier, installation.directory):
        await refused(
            Installation(installation.server, other, installation.directory), "migration 0018 or later"
        )


async def test_it_is_refused_without_all_tables_of_the_directory(installation: Installation) -> None:
    empty = installation.server.create_database()
    installation.execute("drop table directory_language", on=installation.directory)

    for directory in (empty, installation.directory):
        with pytest.raises(NotCarriedOver, match="not up to date"):
            await Installation(installation.server, installation.matching, directory).carry_over()


@pytest.mark.parametrize("table", [*CARRIED_TABLES, "directory_listing"])
async def test_killed_at_any_table_it_leaves_nothing_and_can_be_run_again(
    installation: Installation, table: str
) -> None:
    installation.execute(
        f"""create function die() returns trigger language plpgsql as
            $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
        create trigger die after insert on {table} for each row execute function die()""",
        on=installation.directory,
    )

    with pytest.raises(UNANSWERED):
        await installation.carry_over()
    left = installation.contents(installation.directory)
    installation.execute("drop function die cascade", on=installation.directory)
    await installation.carry_over()

    assert not any(left.values())
    assert installation.contents(installation.directory) == installation.contents(installation.matching)


async def test_rows_that_go_missing_on_the_way_refuse_everything(installation: Installation) -> None:
    installation.execute(
        """create function lose() returns trigger language plpgsql as $$ begin return null; end $$;
        create trigger lose before insert on directory_import_line for each row execute function lose()""",
        on=installation.directory,
    )

    await refused(installation, "directory_import_line has 0 rows and should have 1")


@pytest.mark.parametrize(
    ("settings", "status", "says"),
    [
        ({}, 2, "ALONGSIDE_MATCHING_DATABASE_URL: Field required"),
        (
            {"ALONGSIDE_MATCHING_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/c"},
            1,
            "A database does not answer",
        ),
    ],
)
def test_the_command_ends_with_one_clear_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    status: int,
    says: str,
) -> None:
    monkeypatch.setenv("ALONGSIDE_DATABASE_URL", "postgresql://a:b@127.0.0.1:1/c")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        command.main()

    said = capsys.readouterr().err if status == 2 else str(ended.value)
    assert (ended.value.code == 2) == (status == 2)
    assert says in said


FIRST = services(*"abcdefgh")
SECOND = services("a", "hotline")
SECOND["services"][1]["name"] = "24 hour hotline"


async def a_varied_directory(pair: ListingPair, tmp_path: Path) -> None:
    """Import two sources: with listings that are withdrawn, hidden and not active, and a hotline."""
    await imported(pair, tmp_path, FIRST)
    await imported(pair, tmp_path, services(*"bcdefgh"))
    await imported(pair, tmp_path, services(*"cdefgh", status="inactive"), vanished="keep")
    await imported(pair, tmp_path, SECOND, source="lighthouse", new_source="true")


async def imported(pair: ListingPair, tmp_path: Path, tables: dict[str, Rows], **query: str) -> None:
    """Import a package, confirmed if it is held."""
    package = zip_of(tmp_path, zipped(tables)).read_bytes()
    queued = await upload(pair, package, **query)
    await import_next(pair.runtime, importer(pair))
    done = (await pair.client.get(f"/directory/imports/{queued['id']}")).json()
    if done["state"] == "held":
        await imported(pair, tmp_path, tables, confirm=done["confirmation"], **query)


def decisive(state: str) -> dict[str, Any]:
    """Return a listing's state as its offer has it: the region's language where it names none; of a hotline, that it is one."""
    of_listing: dict[str, Any] = json.loads(state)
    if of_listing["hotline"]:
        return {name: of_listing[name] for name in ("listing_id", "hotline", "active", "name")}
    return of_listing | {"languages": of_listing["languages"] or ["en"]}


async def put_back(pair: ListingPair, installation: Installation) -> None:
    """Put the directory where matching had it, and matching's offers of it beside."""
    await pair.forward()
    installation.execute("""
        delete from directory_import_line; delete from directory_import; delete from directory_record; delete from directory_source;
        update offer set source = null, source_id = null where source like 'directory:%';
        alter table directory_record alter content_hash set default '', alter search set default ''
    """)
    former = await asyncpg.connect(installation.matching.url)
    try:
        async with connection(pair.pool) as own, connection(pair.matching.pool) as matching:
            for table in CARRIED_TABLES:
                await copy_table(own, former, table)
            await copy_offers(matching, former)
    finally:
        await former.close()


async def copy_offers(matching: Any, former: asyncpg.Connection) -> None:
    """Copy the offers that were made of listings."""
    for row in await matching.fetch(
        "select to_jsonb(offer) - 'effective_capacity' as it from offer where source like 'directory:%'"
    ):
        names = await former.fetchval("""
            select string_agg(quote_ident(attname), ', ') from pg_attribute
            where attrelid = 'offer'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
        """)
        await former.execute(
            f"insert into offer ({names}) select {names} from jsonb_populate_record(null::offer, $1)",
            row["it"],
        )


async def refused(installation: Installation, why: str) -> None:
    """Carry over and assert that it is refused and that nothing was changed."""
    with pytest.raises(NotCarriedOver, match=why):
        await installation.carry_over()
    assert not any(installation.contents(installation.directory).values())
