"""The code lists are data that can grow: they are checked as a whole, and every code on the wire is on one of them."""

import json
import shutil
from collections.abc import Callable, Iterator
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from alongside_contracts import vocabulary
from alongside_contracts.codes import AUDIENCES, LANGUAGES, Codes, CodesError, load_codes
from alongside_contracts.codes.fields import CodeOf
from alongside_contracts.codes.loading import FOLDER
from alongside_contracts.event import Contract
from alongside_contracts.registry import all_events
from tools.generate.codes import CLASS_OF_NETWORK, CLASS_OF_PERSON

CODES = load_codes()
CLASS_OF = CLASS_OF_NETWORK | CLASS_OF_PERSON


@pytest.mark.parametrize("contract", all_events(), ids=lambda contract: contract.__name__)
def test_every_code_on_the_wire_is_of_an_open_list_or_of_one_that_is_closed_with_a_reason(
    contract: type[Contract],
) -> None:
    assert list(undecided(contract)) == []


def test_a_new_literal_without_a_list_is_noticed() -> None:
    class Wrapped(Contract):
        colour: Literal["red", "green"]

    class Announced(Contract):
        sizes: tuple[Wrapped, ...] = ()

    assert list(undecided(Announced)) == ["Wrapped.colour: no closed list holds exactly green, red"]


def test_a_list_that_is_open_cannot_be_an_enum_on_the_wire() -> None:
    class Announced(Contract):
        need: vocabulary.Need

    assert [line.split(":")[0] for line in undecided(Announced)] == ["Announced.need"]


def test_only_these_lists_are_closed() -> None:
    assert {each.name for each in CODES.lists.values() if not each.open} == {
        "age-bands", "consent-decisions", "fits", "offer-kinds", "statuses", "urgencies", "weekdays", "withdrawal-effects",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(CLASS_OF_NETWORK | CLASS_OF_PERSON))
def test_the_names_in_the_code_are_the_codes_of_the_list(name: str) -> None:
    names: type[Enum] = getattr(vocabulary, CLASS_OF[name])

    assert [member.value for member in names] == list(CODES[name].codes)


@pytest.mark.parametrize("name", sorted(CODES.lists))
def test_every_code_has_one_label_of_its_own_in_every_language_and_for_every_audience(name: str) -> None:
    for language in LANGUAGES:
        for audience in AUDIENCES:
            labels = [code.label(language, audience) for code in CODES[name].codes.values()]

            assert len(set(labels)) == len(labels)


def test_a_label_is_given_in_the_base_language_and_else_in_english() -> None:
    grief = CODES["needs"].codes["grief"]

    assert grief.label("es-MX", "staff") == grief.label("es", "staff") != grief.label("en", "staff")
    assert grief.label("ht", "person") == grief.label("en", "person")


def test_the_network_takes_the_codes_of_the_release_before_the_installed_one() -> None:
    releases = json.loads((FOLDER / "releases.json").read_text())

    assert load_codes().release == releases[-2]
    assert load_codes(release=releases[-1]).release == releases[-1]


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("needs", lambda it: it["codes"][0].pop("protected"), "needs.json: anxiety: say protected, because a rule"),
        ("needs", lambda it: it["codes"][0].pop("broader"), "needs.json: anxiety: say broader, because a rule"),
        ("needs", lambda it: it["codes"][0].update(protected="gossip"), "needs: anxiety: let protected be null or one"),
        ("needs", lambda it: it["codes"][0].update(broader="astrology"), "needs: anxiety: let broader name a code"),
        ("needs", lambda it: it["codes"][0].update(broader="anxiety"), "broader leads back to the code itself"),
        ("needs", lambda it: it["codes"][0].update(broader="alcohol"), "protected must be substance-use, as alcohol is"),
        ("needs", lambda it: it["codes"][0]["labels"].pop("es"), "needs: anxiety: give labels in es"),
        ("needs", lambda it: it["codes"][0]["labels"]["es"].pop("person"), "anxiety: labels.es.person: add it, as every other code has it"),
        ("needs", lambda it: it["codes"][0].update(since="9.9.9"), "since 9.9.9 is no release"),
        ("needs", lambda it: it["codes"][0].update(sunset="0.1.0"), "let the sunset be a later release than since"),
        ("needs", lambda it: it["codes"][0].update(code="Anxious Mind"), "Anxious Mind: code: write it as ^[a-z0-9]"),
        ("needs", lambda it: it["codes"].append(it["codes"][0]), "needs.json: anxiety is listed twice"),
        ("needs", lambda it: it.update(list="wishes"), "needs.json: list must be needs, as the file is named"),
        ("consent-categories", lambda it: it["codes"][2].update(sunset="0.2.0"), "substance-use: remove the sunset: it protects"),
        ("risks", lambda it: it["codes"][0].update(sunset="0.2.0"), "a code of risks is taken for ever"),
        ("statuses", lambda it: it["codes"][0].update(sunset="0.2.0"), "a code of statuses is taken for ever"),
        ("formats", lambda it: it["codes"][0].pop("one_to_one"), "say one_to_one, because a rule depends on it"),
        ("settings", lambda it: it["codes"][0].pop("minors_likely"), "settings.json: self: say minors_likely, because a rule"),
        ("hopes", lambda it: it.update(regional="no"), "hopes.json: regional: Input should be a valid boolean"),
        ("hopes", lambda it: it.update(closed_because=""), "hopes.json: closed_because: String should have"),
        ("hopes", lambda it: it.update(codes=[]), "hopes.json: codes:"),
        ("hopes", lambda it: it["codes"][0].update(minor=True), "remove minor: no rule reads it in hopes"),
    ],
)  # fmt: skip
def test_a_list_that_a_rule_could_not_use_is_refused(
    name: str, change: Change, says: str, tmp_path: Path
) -> None:
    folder = copied_lists(tmp_path)
    edit(folder / "lists" / f"{name}.json", change)

    with pytest.raises(CodesError) as refused:
        load_codes(folder=folder)

    assert says in str(refused.value)


def test_every_problem_of_every_list_is_named_at_once(tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    edit(folder / "lists" / "needs.json", lambda it: it["codes"][0].pop("protected"))
    (folder / "lists" / "hopes.json").write_text("{", encoding="utf-8")

    with pytest.raises(CodesError) as refused:
        load_codes(folder=folder, release="7.0.0")

    assert len(refused.value.problems) == 3
    assert "7.0.0 is no release of these codes: use one of 0.1.0, 0.2.0" in str(refused.value)


OWN_NEED: dict[str, Any] = {
    "code": "hurricane-loss",
    "description": "Loss of a home or of people in a hurricane.",
    "since": "0.1.0",
    "protected": None,
    "broader": "grief",
    "labels": {
        "en": {"staff": "Hurricane loss", "person": "What a hurricane took"},
        "es": {"staff": "Pérdida por huracán", "person": "Lo que se llevó un huracán"},
    },
}
OWN_SETTING: dict[str, Any] = {
    "code": "miami-charter-school",
    "description": "A charter school referred the person.",
    "since": "0.1.0",
    "minors_likely": False,
    "broader": "education",
    "labels": OWN_NEED["labels"],
}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"placeholders": "unknown"}'])
def test_a_list_of_placeholders_that_cannot_be_used_is_refused(content: str, tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    (folder / "placeholders.json").write_text(content, encoding="utf-8")

    with pytest.raises(CodesError, match=r"placeholders\.json: placeholders: give a list of texts"):
        load_codes(folder=folder)


def test_a_region_adds_codes_of_its_own_under_a_broader_one(tmp_path: Path) -> None:
    codes = with_region(tmp_path, needs=[OWN_NEED])

    assert codes["needs"].codes["hurricane-loss"].region == "us-fl-miami"
    assert codes["needs"].with_broader(["hurricane-loss"]) == {"hurricane-loss", "grief"}
    assert codes["needs"].related(["grief"]) == {"grief", "hurricane-loss"}
    assert codes.accepts("needs", "hurricane-loss", "us-fl-miami")
    assert not codes.accepts("needs", "hurricane-loss", "us-oh-columbus")


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ({"codes": {"needs": [OWN_NEED | {"broader": None}]}}, "name the broader code of the network"),
        ({"codes": {"needs": [OWN_NEED | {"broader": "loss"}]}}, "let broader name a code of the network's list needs"),
        ({"codes": {"needs": [OWN_NEED | {"broader": "opioids"}]}}, "protected must be substance-use"),
        ({"codes": {"needs": [OWN_NEED | {"code": "grief"}]}}, "needs: grief is listed twice, by the network and us-fl-miami: keep one, or choose another code"),
        ({"codes": {"needs": [OWN_NEED | {"labels": {}}]}}, "give labels in en and es"),
        ({"codes": {"settings": [OWN_SETTING]}}, "miami-charter-school: minors_likely must be true, as education is"),
        ({"codes": {"risks": [OWN_NEED]}}, "us-fl-miami.json: risks: a region may add codes to hopes, identities, interests, needs, settings only"),
        ({"codes": {"needs": "grief"}}, "us-fl-miami.json: needs: give a list of codes"),
        ({"codes": []}, "codes: give an object of lists by name"),
        ({"placeholders": "unknown"}, "us-fl-miami.json: placeholders: give a list of texts, such as unknown"),
        ({"placeholders": ["ohne Akte", "--"]}, "us-fl-miami.json: placeholders: give texts with a letter or digit"),
        ({"placeholders": [7]}, "us-fl-miami.json: placeholders: give texts with a letter or digit"),
        ({"weather": {}}, "us-fl-miami.json: remove weather: only codes and placeholders are read"),
    ],
)  # fmt: skip
def test_a_region_file_that_cannot_be_used_is_refused(
    block: dict[str, Any], says: str, tmp_path: Path
) -> None:
    (tmp_path / "us-fl-miami.json").write_text(json.dumps(block))

    with pytest.raises(CodesError) as refused:
        load_codes(regions=tmp_path)

    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1, column 1: this is no JSON"),
        ('{"codes": {}', "line 1, column 13: this is no JSON"),
        ('{"codes": {}, "codes": {}}', "codes is given twice in one object"),
        ("[" * 100_000, "cannot be read as JSON in UTF-8: maximum recursion depth"),
        ("[]", "us-fl-miami.json: give an object with codes or placeholders"),
        ('{"codes": {"needs": [7]}}', "needs: code 1: entry: give an object with code, labels"),
        ('{"codes": {"needs": [{"code": "x", "brouder": "grief"}]}}', "needs: x: brouder: no such field: use one of"),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_region_file_that_cannot_be_read_is_named_with_the_place(
    text: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "us-fl-miami.json").write_text(text)

    with pytest.raises(CodesError) as refused:
        load_codes(regions=tmp_path)

    assert any(says in problem for problem in refused.value.problems)


@pytest.mark.parametrize("releases", [["0.2.0", "0.1.0"], ["0.1.0", "0.1.0"], ["abc"], [], {}, ["0.1.0", 2]])
def test_releases_that_are_not_in_order_are_refused(releases: Any, tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    (folder / "releases.json").write_text(json.dumps(releases))

    with pytest.raises(CodesError, match=r"releases\.json: list each release once"):
        load_codes(folder=folder)


def test_a_missing_list_and_a_file_that_is_no_region_are_named(tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    (folder / "lists" / "risks.json").unlink()
    (tmp_path / "Miami Beach.json").write_text("{}")

    with pytest.raises(CodesError) as refused:
        load_codes(folder=folder, regions=tmp_path)

    assert "lists: risks missing: restore them" in refused.value.problems
    assert "Miami Beach.json: name the file as the region, such as us-fl-miami.json" in refused.value.problems


def test_a_code_is_of_one_region_alone(tmp_path: Path) -> None:
    for region in ("us-fl-miami", "us-oh-columbus"):
        (tmp_path / f"{region}.json").write_text(json.dumps({"codes": {"needs": [OWN_NEED]}}))

    with pytest.raises(CodesError, match="listed twice, by us-fl-miami and us-oh-columbus"):
        load_codes(regions=tmp_path)


def test_the_newest_release_of_codes_is_the_installed_one() -> None:
    assert load_codes().installed_release == version("alongside-contracts")


def test_a_folder_of_region_files_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodesError, match="there is no such folder of region files"):
        load_codes(regions=tmp_path / "regions")


def test_a_need_nobody_knows_requires_every_consent_category_that_protects_any() -> None:
    assert CODES.consent_categories(["grief"]) == frozenset()
    assert CODES.consent_categories(["grief", "alcohol"]) == {"substance-use"}
    assert CODES.consent_categories(["a-need-of-tomorrow"]) == {"substance-use"}


def test_a_consent_category_is_required_once_it_is_taken(tmp_path: Path) -> None:
    folder = copied_lists(tmp_path)
    edit(
        folder / "lists" / "consent-categories.json",
        lambda it: it["codes"].append(it["codes"][0] | {"code": "hiv", "since": "0.2.0"}),
    )
    edit(folder / "lists" / "needs.json", lambda it: it["codes"][6].update(protected="hiv"))

    assert load_codes(folder=folder, release="0.1.0").consent_categories(["grief"]) == frozenset()
    assert load_codes(folder=folder, release="0.2.0").consent_categories(["grief"]) == {"hiv"}


def copied_lists(folder: Path) -> Path:
    """Copy the package's own lists into a folder where a test may change them."""
    copy = folder / "codes"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


def edit(file: Path, change: Change) -> None:
    """Change a JSON file."""
    content = json.loads(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(json.dumps(content), encoding="utf-8")


def with_region(folder: Path, **own: list[dict[str, Any]]) -> Codes:
    """Return the lists with Miami's own codes."""
    (folder / "us-fl-miami.json").write_text(json.dumps({"codes": own}), encoding="utf-8")
    return load_codes(regions=folder)


def undecided(model: type[BaseModel]) -> Iterator[str]:
    """Yield each field, at any depth, whose codes are on no list that fits."""
    for name, field in model.model_fields.items():
        for part in parts_of(field.annotation, tuple(field.metadata)):
            if isinstance(part, CodeOf):
                if not CODES[part.name].open:
                    yield f"{model.__name__}.{name}: the list {part.name} is closed: use its enum"
            elif isinstance(part, frozenset):
                if not any(part == set(each.codes) for each in CODES.lists.values() if not each.open):
                    yield f"{model.__name__}.{name}: no closed list holds exactly {', '.join(sorted(part))}"
            elif part is not model:
                yield from undecided(part)


def parts_of(annotation: Any, metadata: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yield the open lists, sets of enumerated codes and models in a type."""
    yield from (each for each in metadata if isinstance(each, CodeOf))
    if get_origin(annotation) is Literal:
        yield frozenset(map(str, get_args(annotation)))
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield frozenset(str(member.value) for member in annotation)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        inner = getattr(annotation, "__metadata__", ())
        for argument in get_args(annotation):
            yield from parts_of(argument, inner if argument is get_args(annotation)[0] else ())
