"""The glossary and the vocabulary contain the same codes."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from alongside_contracts import vocabulary

GLOSSARY = Path(__file__).resolve().parents[3] / "docs" / "glossary.md"
LISTS = sorted(
    (
        found
        for found in vars(vocabulary).values()
        if isinstance(found, type) and issubclass(found, StrEnum) and found is not StrEnum
    ),
    key=lambda found: found.__name__,
)


@pytest.mark.parametrize("codes", LISTS, ids=lambda codes: codes.__name__)
def test_the_glossary_lists_every_code_with_its_label_and_no_other(codes: type[StrEnum]) -> None:
    explained = explained_codes(codes.__name__)

    missing = {code.value for code in codes} - explained
    invented = explained - {code.value for code in codes}
    assert not missing, f"docs/glossary.md, {codes.__name__}: give these codes a label: {sorted(missing)}"
    assert not invented, f"docs/glossary.md, {codes.__name__}: no such codes: {sorted(invented)}"


def explained_codes(name: str) -> set[str]:
    """Return the codes in the table under the heading that names the list, each with a label."""
    text = GLOSSARY.read_text(encoding="utf-8")
    section = re.search(rf"^### [^\n]*\(`{name}`\)\n(.*?)(?=^#|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert section, f"docs/glossary.md has no heading that ends in (`{name}`)"
    return set(re.findall(r"^\| `([^`]+)` \| \S[^|]* \|$", section.group(1), flags=re.MULTILINE))
