"""Damaged texts are repaired, or left unchanged and flagged."""

import pytest

from alongside_directory.listing.languages import read_languages
from alongside_publishers.texts import repair_text


@pytest.mark.parametrize(
    ("came", "meant"),
    [
        ("the agencyGÇÖs office", "the agency’s office"),  # page 437, best fit
        ("a GÇ£warmGÇ¥ line GÇô daily", "a “warm” line – daily"),
        ("Liga Contra el C+íncer, f+¡sicos, cr+¬dito", "Liga Contra el Cáncer, físicos, crédito"),
        ("informaci+¦n para ni+¦os, Espa+¦ol, al p+¦blico", "información para niños, Español, al público"),
        ("MedicAlert-« is", "MedicAlert® is"),
        ("provider.-áInstead", "provider. Instead"),
        ("-ôrights-ö and Gehrig-Æs", "“rights” and Gehrig’s"),
        ("to -Ç-£see-Ç-¥", "to “see”"),
        ("the agencyΓÇÖs caf├⌐", "the agency’s café"),  # page 437
        ("the agencyâ€™s cafÃ©", "the agency’s café"),  # Windows-1252
        ("BaptiGÇïst", "Baptist"),
    ],
)
def test_mojibake_of_the_known_exporters_is_undone(came: str, meant: str) -> None:
    result = repair_text(came)

    assert result.text == meant
    assert result.mojibake_repaired
    assert not result.mojibake_left


@pytest.mark.parametrize("came", ["productos +¦tiles", "O'-ÇFarrill", "lost \ufffd byte"])
def test_text_with_more_than_one_repair_is_unchanged_and_flagged(came: str) -> None:
    result = repair_text(came)

    assert result.text == came
    assert result.mojibake_left


@pytest.mark.parametrize(
    "text", ["vis-à-vis", "Café Olé – “niños”", "la región franco-árabe", "1-½ hours", "IRMÃ"]
)
def test_proper_text_is_not_touched(text: str) -> None:
    result = repair_text(text)

    assert result.text == text
    assert not result.mojibake_repaired
    assert not result.mojibake_left


def test_line_breaks_written_as_letters_become_line_breaks() -> None:
    result = repair_text("Call first.  \\n\\n\\n\\nBring:\\r\\n* a\\tcard")

    assert result.text == "Call first.\n\nBring:\n* a\tcard"
    assert result.escapes_repaired


@pytest.mark.parametrize("marked", ["\n###MON###\n###COL###", "####COL####\n##MON##", "MON###\n###COL##"])
def test_area_markers_are_lifted_out_of_the_description(marked: str) -> None:
    result = repair_text(f"A circle.{marked}")

    assert result.text == "A circle."
    assert result.area_markers == ("COL", "MON")


def test_a_hash_tag_is_not_an_area_marker() -> None:
    assert repair_text("Read #Read30 and # 5").area_markers == ()


@pytest.mark.parametrize(
    ("text", "tags", "interpreter"),
    [
        ("English", {"en"}, False),
        ("Spanish & Creole (limited)", {"es", "ht"}, False),
        ("Haitian-Creole. Interpretation is also available for other languages.", {"ht"}, True),
        ("American Sign Language", {"ase"}, False),
        ("other languages available upon request", set(), True),
        ("Chinese (website)", set(), False),
        ("Spanish\n\nWritten materials available in English only", {"es"}, False),
        ("please look at each profile", set(), False),
        ("Español", {"es"}, False),
    ],
)
def test_a_language_row_promises_only_what_somebody_speaks(
    text: str, tags: set[str], interpreter: bool
) -> None:
    spoken = read_languages(text)

    assert spoken.tags == tags
    assert spoken.interpreter == interpreter


def test_a_language_code_counts_where_the_name_is_not_known() -> None:
    assert read_languages("Q'anjob'al", "kjb").tags == {"kjb"}
    assert read_languages("", "pt-BR").tags == {"pt"}
