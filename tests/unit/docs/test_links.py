"""Links between documents have an existing target."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("services/*/README.md"),
        *ROOT.glob("deploy/**/*.md"),
    ],
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_link_to_our_own_tree_leads_to_something(document: Path) -> None:
    broken = [
        link
        for link in LINK.findall(FENCED.sub("", document.read_text(encoding="utf-8")))
        if not leads_somewhere(document, link)
    ]

    assert not broken, f"{document.relative_to(ROOT)} links to what is not there: {broken}"


def leads_somewhere(document: Path, link: str) -> bool:
    """Return whether the file exists and, if one is named, has the heading; external addresses are not checked."""
    if "://" in link or link.startswith("mailto:"):
        return True
    path, _, anchor = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors_of(target)


def anchors_of(document: Path) -> set[str]:
    """Return the anchors a git host makes of a document's headings."""
    text = FENCED.sub("", document.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+\s+(.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
