"""Records are found by their words in each of their languages, at every list, and by distance."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tests.service.directory.test_directory_import import confirmed, imported, services
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
        ("-friend", ["both", "spanish"]),
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


@pytest.mark.parametrize("column", ["city", "postal_code"])
async def test_a_place_of_which_little_is_published_is_found_by_that(
    pair: ListingPair, tmp_path: Path, column: str
) -> None:
    known = {"city": "Miami", "postal_code": "33136"}
    others = {name: "" for name in known if name != column}
    tables = described(lunch="Soup")
    tables["physical_addresses"] = [like("physical_addresses", **others)]
    await imported(pair, tmp_path, tables)

    assert await names(pair, "/service_at_locations", search=known[column]) == ["lunch"]


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


async def test_what_an_organisation_says_counts_more_than_what_its_services_do(
    pair: ListingPair, tmp_path: Path
) -> None:
    tables = described(lunch="Soup")
    tables["organizations"] = [
        {"id": "o1", "name": "Kitchen", "description": ""},
        {"id": "o2", "name": "Harbour", "description": "We bring lunch to those who cannot come."},
    ]
    await imported(pair, tmp_path, tables)

    assert await names(pair, "/organizations", search="lunch") == ["Harbour", "Kitchen"]


async def test_a_page_after_the_last_says_how_many_there_are(pair: ListingPair, tmp_path: Path) -> None:
    await imported(pair, tmp_path, services("a", "b", "c"))

    last = await listed(pair, "/services", search="circles", per_page=2, page=2)
    after = await listed(pair, "/services", search="circles", per_page=2, page=3)

    assert [(it["total_items"], it["total_pages"], it["size"]) for it in (last, after)] == [
        (3, 2, 1),
        (3, 2, 0),
    ]


async def test_what_is_listed_no_more_is_not_found_and_found_again_when_it_is_back(
    pair: ListingPair, tmp_path: Path
) -> None:
    await imported(pair, tmp_path, described(lunch="Soup", supper="Bread"))
    await confirmed(pair, tmp_path, described(supper="Bread"))

    assert await names(pair, "/services", search="soup") == []
    assert await names(pair, "/organizations", search="soup") == []

    await confirmed(pair, tmp_path, described(lunch="Soup", supper="Bread"))

    assert await names(pair, "/services", search="soup") == ["lunch"]


async def test_exact_words_are_next_to_each_other_in_one_text(pair: ListingPair, tmp_path: Path) -> None:
    """Words that one language leaves out at the end of a text move no later word of it."""
    both = "We offer warm shelter and good food to families who need it.\nOfrecemos viviendas a las familias cada semana."
    tables = described(lunch=both)
    tables["services"][0]["name"] = "Lunch for all"
    await imported(pair, tmp_path, tables)

    for searched, found in {
        "good food": 1,
        "warm good": 0,
        "shelter warm": 0,
        "lunch harbour": 0,
    }.items():
        assert len(await names(pair, "/services", search=f'"{searched}"')) == found, searched


async def test_a_word_is_excluded_in_each_language_of_a_record(pair: ListingPair, tmp_path: Path) -> None:
    text = "Ayudamos a las familias con niñas que necesitan apoyo cada semana del año."
    await imported(pair, tmp_path, described(centro=text))

    assert await names(pair, "/services", search="familias niño") == ["centro"]
    assert await names(pair, "/services", search="familias -niño") == []


async def test_more_words_than_anybody_types_are_refused(pair: ListingPair) -> None:
    answer = await pair.client.get("/services", params={"search": "-" + "㌖" * 199})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert "At most 100 words" in answer.text


async def test_an_organisation_is_not_found_through_what_it_lists_no_more(
    pair: ListingPair, tmp_path: Path
) -> None:
    def kitchen(*services_: str) -> dict[str, Rows]:
        return described(**dict.fromkeys(services_, "Soup")) | {
            "organizations": [{"id": "o1", "name": "Soup kitchen"}]
        }

    await imported(pair, tmp_path, kitchen("lunch", "supper"))
    await confirmed(pair, tmp_path, kitchen("lunch"))

    assert await names(pair, "/organizations", search="-soup") == []
