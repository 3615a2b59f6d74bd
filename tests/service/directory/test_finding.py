"""Records are found by their words in each of their languages, at every list, and by distance."""

import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside_directory.finding.indexing import BATCH_MAX, index_others
from tests.service.directory.test_directory_import import confirmed, imported, importer, services
from tests.service.directory.test_hsds import listed, names
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import Rows, like, tables_about

IN_ENGLISH = (
    "A circle of those who have lost somebody, with drug/alcohol counseling.Bring a friend to Al-Anon."
)
IN_SPANISH = (
    "Nos reunimos cada semana para niños y jóvenes con adicciones, y buscamos una habitación para cada uno."
)
IN_BOTH = "The center offers housing to families who need it.\nEl centro ofrece viviendas a las familias que las necesitan."


def described(**descriptions: str) -> dict[str, Rows]:
    """Return a package with a service per description, whose name is the argument's."""
    rows = [like("services", id=name, name=name, description=it) for name, it in descriptions.items()]
    first = next(iter(descriptions))
    terms = [{"id": "t", "service_id": first, "taxonomy_id": "PN-8100.1000"}]
    return tables_about(first, services=rows, services_taxonomy=terms)


@pytest.fixture
async def in_two_languages(pair: ListingPair, tmp_path: Path) -> ListingPair:
    """A directory with an English, a Spanish and a bilingual service."""
    await imported(pair, tmp_path, described(english=IN_ENGLISH, spanish=IN_SPANISH, both=IN_BOTH))
    return pair


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("searched", "found"),
    [
        ("niños", ["spanish"]),
        ("ninos", ["spanish"]),
        ("NIÑO", ["spanish"]),
        ("habitación", ["spanish"]),
        ("habitacion", ["spanish"]),
        ("habitaciones", ["spanish"]),
        ("joven adicción", ["spanish"]),
        ("circles losing", []),
        ("circling friends", ["english"]),
        ("vivienda", ["both"]),
        ("offering centers", ["both"]),
        ("familia vivienda -nino", ["both"]),
        ("familias -viviendas", []),
        ("families -vivienda", []),
        ("alcohol", ["english"]),
        ("drug alcohol", ["english"]),
        ("bring", ["english"]),
        ("al-anon", ["english"]),
        ('"lost somebody"', ["english"]),
        ('"somebody lost"', []),
        ("niños or friend", ["english", "spanish"]),
    ],
)
async def test_words_find_a_service_as_its_languages_write_and_bend_them(
    in_two_languages: ListingPair, searched: str, found: list[str], form: Any
) -> None:
    asked = unicodedata.normalize(form, searched)

    assert sorted(await names(in_two_languages, "/services", search=asked)) == found


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_a_text_is_found_however_its_publisher_composes_letters(
    pair: ListingPair, tmp_path: Path, form: Any
) -> None:
    await imported(pair, tmp_path, described(centro=unicodedata.normalize(form, IN_SPANISH)))

    for searched in ("jóvenes", "jovenes", unicodedata.normalize("NFD", "jóvenes")):
        assert await names(pair, "/services", search=searched) == ["centro"]


@pytest.mark.parametrize(
    ("path", "searched", "found"),
    [
        ("/services", "mourners", 1),
        ("/services", "weekly", 1),
        ("/services", "harbour", 1),
        ("/services", "bereavement", 1),
        ("/services", "PN-8100", 1),
        ("/service_at_locations", "mourner", 1),
        ("/service_at_locations", "annex", 1),
        ("/service_at_locations", "weekly", 1),
        ("/service_at_locations", "bereavement miami", 1),
        ("/service_at_locations", "33136", 1),
        ("/organizations", "harbour", 1),
        ("/organizations", "charity", 1),
        ("/organizations", "mourners", 1),
        ("/organizations", "weekly", 1),
        ("/organizations", "bereavement harbours", 1),
        ("/taxonomies", "airs", 1),
        ("/taxonomies", "bereavement", 1),
        ("/taxonomy_terms", "bereavement", 1),
        ("/taxonomy_terms", "grieve", 1),
        ("/taxonomy_terms", "pn-8100.1000", 1),
        ("/taxonomy_terms", "airs", 0),
        ("/services", "charity", 0),
        ("/taxonomy_terms", "weekly", 0),
        ("/taxonomies", "weekly", 0),
    ],
)
async def test_names_descriptions_and_terms_find_at_every_list(
    pair: ListingPair, tmp_path: Path, path: str, searched: str, found: int
) -> None:
    tables = tables_about(
        "s",
        services=[like("services", id="s", name="Circle of mourners", description="Every week, Miami.")],
        services_taxonomy=[{"id": "t", "service_id": "s", "taxonomy_id": "PN-8100.1000"}],
        organizations=[{"id": "o1", "name": "Harbour House", "description": "A charity"}],
        locations=[like("locations", name="The annex")],
        taxonomy=[
            {
                "id": "PN-8100.1000",
                "name": "Bereavement Support Groups",
                "taxonomy_facet": "Service",
                "vocabulary": "AIRS",
                "description": "For those who are grieving.",
            }
        ],
    )
    await imported(pair, tmp_path, tables)

    assert (await listed(pair, path, search=searched))["total_items"] == found


async def test_a_name_counts_more_than_a_description_and_what_belongs_to_it_less(
    pair: ListingPair, tmp_path: Path
) -> None:
    tables = described(circle="Lunch", lunch="Soup")
    tables["organizations"] = [{"id": "o1", "name": "Kitchen"}, {"id": "o2", "name": "Lunch"}]
    tables["services"].append(
        like("services", id="x", name="other", description="Soup", organization_id="o2")
    )
    await imported(pair, tmp_path, tables)

    assert await names(pair, "/services", search="lunches") == ["lunch", "other", "circle"]
    assert await names(pair, "/organizations", search="lunches") == ["Lunch", "Kitchen"]


async def test_a_page_after_the_last_says_how_many_there_are(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b", "c"))

    last = await listed(pair, "/services", search="circles", per_page=2, page=2)
    after = await listed(pair, "/services", search="circles", per_page=2, page=3)

    assert [(it["total_items"], it["total_pages"], it["size"]) for it in (last, after)] == [
        (3, 2, 1),
        (3, 2, 0),
    ]


async def test_the_nearest_come_first_each_with_its_distance(pair: ListingPair, tmp_path: Path) -> None:
    away = {"far": "25.86", "near": "25.771", "nearer": "25.77", "middle": "25.80"}
    rows = [like("services", id=name, name=name, description="Lunch") for name in away]
    term = {"id": "t", "service_id": "far", "taxonomy_id": "PN-8100.1000"}
    tables = tables_about("far", services=rows, services_taxonomy=[term])
    tables["locations"] = [like("locations", id=name, latitude=it) for name, it in away.items()]
    tables["services_at_location"] = [{"id": it, "service_id": it, "location_id": it} for it in away]
    tables["physical_addresses"] = [like("physical_addresses", id=it, location_id=it) for it in away]
    await imported(pair, tmp_path, tables)
    around = {"latitude": 25.77, "longitude": -80.19}

    pages = [
        (await listed(pair, "/service_at_locations", **around, per_page=2, page=page))["contents"]
        for page in (1, 2)
    ]
    by_words = (await listed(pair, "/service_at_locations", **around, search="lunch -far", full="true"))[
        "contents"
    ]
    without = (await listed(pair, "/service_at_locations"))["contents"]

    distances = {"nearer": 0, "near": 111, "middle": 3336, "far": 10_000}
    shown = [(it["service"]["name"], it["distance_metres"]) for page in pages for it in page]
    assert shown == list(distances.items())[:3]
    assert [it["service"]["name"] for it in by_words] == ["nearer", "near", "middle"]
    assert [it["distance_metres"] for it in by_words] == [0, 111, 3336]
    assert not any("distance_metres" in it for it in without)


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

    await imported(pair, tmp_path, described(circle="Daily supper"))

    assert not set(await times()) & set(first)
    for path in ("/services", "/service_at_locations", "/organizations"):
        assert (await listed(pair, path, search="suppers"))["total_items"] == 1
        assert (await listed(pair, path, search="lunch"))["total_items"] == 0


async def test_what_is_listed_no_more_is_not_found_and_found_again_when_it_is_back(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, described(lunch="Soup", supper="Bread"))
    await confirmed(pair, tmp_path, described(supper="Bread"))

    assert await names(pair, "/services", search="soup") == []
    assert await names(pair, "/organizations", search="soup") == []

    await confirmed(pair, tmp_path, described(lunch="Soup", supper="Bread"))

    assert await names(pair, "/services", search="soup") == ["lunch"]


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

    await index_others(pair.runtime, importer(pair).regions)

    assert await pair.pool.fetch(vectors) == before
    assert (await listed(pair, "/services", search="circles"))["total_items"] == len(many)


async def test_an_import_indexes_what_an_earlier_release_has_stored_of_its_source(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, services("a", "b"))
    changed = await pair.pool.fetch("select id, changed_at from directory_record order by id")
    await pair.pool.execute("update directory_record set indexed = false, languages = '{}', search = ''")

    await imported(pair, tmp_path, services("a", "b"))

    assert await names(pair, "/services", search="circle") != []
    assert await pair.pool.fetch("select id, changed_at from directory_record order by id") == changed
