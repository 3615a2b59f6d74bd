"""How words are written to be compared, and in which languages a record is taken to be."""

import pytest

from alongside_directory.codes import RecordKind
from alongside_directory.finding.languages import configs_of
from alongside_directory.finding.texts import indexed_record
from alongside_directory.finding.words import (
    END_OF_TEXT,
    Searched,
    for_stemmer,
    plain_words,
    searched_words,
)

IN_ENGLISH = "Meets every Tuesday for people who have lost somebody close to them."
IN_SPANISH = "Se reúnen cada martes las personas que han perdido a alguien cercano."
IN_CREOLE = "Yon gwoup pou moun ki pèdi yon moun yo te renmen anpil, chak madi aswè."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Niños y Jóvenes", "ninos y jovenes"),
        ("Nin\u0303os y Jo\u0301venes", "ninos y jovenes"),  # decomposed
        ("ＡＬＡＴＥＥＮ ﬁrst", "alateen first"),
        ("Łódź, København, œuvre, straße", "lodz kobenhavn oeuvre strasse"),
        ("drug/alcohol", "drug alcohol"),
        ("Call now.Help is free", "call now help is free"),
        ("N.A.M.I. of Miami, A.A.", "nami of miami aa"),
        ("women's group, women\u2019s", "women group women"),
        ("peer-support_group", "peer support group"),
        ("grie\u00adving\u200bheart", "grieving heart"),  # a soft hyphen, and a space without width
        ("lunch ❤\ufe0f", "lunch"),
        ("בית\u05beספר שָׁלוֹם", "בית ספר שלום"),
        ("Ǿ", "o"),
        ("Зелёный й", "зеленый й"),
        ("Ψυχική Υγεία", "ψυχικη υγεια"),
        ("हिन्दी", "हिन्दी"),
        ("哀伤辅导", "哀 伤 辅 导"),
        ("… -- !?", ""),
    ],
)
def test_a_text_is_its_words_however_they_are_written(text: str, words: str) -> None:
    assert plain_words(text) == words


@pytest.mark.parametrize(
    ("text", "wanted", "excluded"),
    [
        ("Niños -Alcohol", "ninos", "alcohol"),
        ('"Support Group" OR grief', '"support group" or grief', ""),
        ("“Support Group”,housing", '"support group" housing', ""),
        ('("support group")', '"support group"', ""),
        ('"lunch","supper"', "lunch supper", ""),
        ("peer-support", "peer support", ""),
        ("group -peer-support -alcohol", "group", '"peer support" or alcohol'),
        ("family and/or friends", "family and friends", ""),
        ("- circle", "circle", ""),
        ("--circle", f"-{END_OF_TEXT}", "circle"),
        ('-"one on one"', f"-{END_OF_TEXT}", '"one on one"'),
        ('"half', "half", ""),
        ("-" * 200, "", ""),
        ('"" -"" "."', "", ""),
    ],
)
def test_what_is_searched_for_and_what_is_excluded_are_read_apart(
    text: str, wanted: str, excluded: str
) -> None:
    assert searched_words(text) == Searched(wanted, excluded)


@pytest.mark.parametrize(
    ("words", "config", "known"),
    [
        ("la habitacion de la union", "spanish", "la habitación de la unión"),
        ("ion millions", "spanish", "ion millions"),
        ("une reunion organisee", "french", "une reunion organisée"),
        ("a reuniao e as reunioes da associacao", "portuguese", "a reunião e as reuniões da associação"),
        ("a million committees", "english", "a million committees"),
    ],
)
def test_a_stemmer_gets_the_endings_that_it_knows_by_their_accents(
    words: str, config: str, known: str
) -> None:
    assert for_stemmer(words, config) == known


@pytest.mark.parametrize(
    ("texts", "configs"),
    [
        ([IN_ENGLISH], {"english"}),
        ([IN_SPANISH.upper()], {"spanish"}),
        ([IN_CREOLE], {"simple"}),
        ([f"{IN_ENGLISH} {IN_SPANISH}"], {"english", "spanish"}),
        ([f"{IN_ENGLISH}\n\n{IN_SPANISH}", IN_CREOLE], {"english", "spanish", "simple"}),
        (["Grupo de apoyo", "Circle", ""], set()),
    ],
)
def test_the_languages_of_a_text_are_those_of_its_sentences(texts: list[str], configs: set[str]) -> None:
    assert configs_of(texts) == configs


def test_a_record_without_a_sentence_may_be_in_any_language_in_which_its_service_is_given() -> None:
    service = {"name": "Grupo de apoyo", "languages": [{"name": "Spanish"}, {"name": "Haitian Creole"}]}

    of_service = indexed_record(RecordKind.SERVICE, service, None, "en")
    of_location = indexed_record(RecordKind.SERVICE_AT_LOCATION, {}, service, "en")
    described = indexed_record(RecordKind.SERVICE, service | {"description": IN_ENGLISH}, None, "en")

    assert of_service.keys() == of_location.keys() == {"english", "spanish", "simple"}
    assert described.keys() == {"english"}


def test_a_record_is_in_the_language_of_its_region_too() -> None:
    organisation = {"name": "Harbour House", "description": IN_ENGLISH}

    assert indexed_record(RecordKind.ORGANIZATION, organisation, None, "es").keys() == {
        "english",
        "spanish",
    }
    assert indexed_record(RecordKind.TAXONOMY, {"name": "AIRS"}, None, "ht").keys() == {"simple"}
    assert indexed_record(RecordKind.TAXONOMY, {"name": "AIRS"}, None, "es-MX").keys() == {"spanish"}
