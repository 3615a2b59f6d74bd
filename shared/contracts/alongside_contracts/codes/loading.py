"""Reads the code lists and checks them as a whole, so that a rule never meets a code without the facts it depends on."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from alongside_contracts.codes.code_lists import (
    LANGUAGES,
    RELEASE_PATTERN,
    Code,
    CodeList,
    Codes,
    release_order,
)
from alongside_contracts.codes.placeholders import Placeholders, fold
from alongside_contracts.ids import REGION_PATTERN

FOLDER: Final = Path(__file__).resolve().parent
"""The package's own lists: `lists/<name>.json`, `placeholders.json` and `releases.json`."""
REGION_FILE_KEYS: Final = ("codes", "placeholders")
"""The blocks of a region's file that are known so far."""
REQUIRED_LISTS: Final = frozenset(
    {"age-bands", "consent-categories", "formats", "needs", "risks", "settings"}
)
"""Lists without which rules could not be asked."""
_FACTS: Final[Mapping[str, frozenset[str]]] = {
    "needs": frozenset({"protected", "broader"}),
    "formats": frozenset({"one_to_one"}),
    "age-bands": frozenset({"minor"}),
    "settings": frozenset({"minors_likely"}),
}
"""What each code of a list must say because a rule depends on it."""
_FACTS_OF_ONE_LIST: Final = frozenset({"protected", "one_to_one", "minor", "minors_likely"})
"""What no other list may say."""
_FACTS_OF_BROADER: Final = frozenset({"minors_likely"})
"""What a region's own code need not say: without it, its broader code's counts."""


class _Header(BaseModel):
    """A list's file; its codes are read one by one, so that one wrong code hides no other."""

    model_config = ConfigDict(extra="forbid", strict=True)

    list: str
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    closed_because: str | None = Field(min_length=1)
    regional: bool
    codes: Sequence[Any] = Field(min_length=1)


@dataclass(eq=False)
class CodesError(Exception):
    """Lists that cannot be used. `problems` says for each what is wrong, where, and what to do."""

    problems: Sequence[str]

    def __str__(self) -> str:
        return "\n".join(["These code lists cannot be used:", *self.problems])


def load_codes(*, folder: Path = FOLDER, regions: Path | None = None, release: str | None = None) -> Codes:
    """Read the network's lists and placeholders, and the regions' own ones from `regions`/<id>.json.

    `release` is the release of codes the network takes; None means the one before the newest in `folder`. Raises
    CodesError with everything that is wrong.
    """
    problems: list[str] = []
    releases = _releases(folder, problems)
    lists = {path.stem: _list(path, problems) for path in sorted(folder.glob("lists/*.json"))}
    complete = {name: codes for name, codes in lists.items() if codes is not None}
    files = {} if regions is None else dict(_region_files(regions, problems))
    complete = _with_regions(complete, files, problems)
    placeholders = Placeholders.of(_placeholders(folder, files, problems))
    if missing := sorted(REQUIRED_LISTS - lists.keys()):
        problems.append(f"lists: {', '.join(missing)} missing: restore them")
    for codes in complete.values():
        problems += _contradictions(codes, complete, releases)
    wanted = release or releases[-2:][0]
    if wanted not in releases:
        problems.append(f"{wanted} is no release of these codes: use one of {', '.join(releases)}")
    if problems:
        raise CodesError(problems)
    return Codes(complete, wanted, releases[-1], placeholders)


def _releases(folder: Path, problems: list[str]) -> list[str]:
    releases = _read(folder / "releases.json", problems)
    named = (
        isinstance(releases, list)
        and releases
        and all(re.fullmatch(RELEASE_PATTERN, str(each)) for each in releases)
    )
    if not named or sorted(set(releases), key=release_order) != releases:
        problems.append("releases.json: list each release once, such as 0.2.0, oldest first")
        return ["0.0.0"]
    return list(releases)


def _list(path: Path, problems: list[str]) -> CodeList | None:
    content = _read(path, problems)
    if content is None:
        return None
    try:
        header = _Header.model_validate(content)
    except ValidationError as error:
        problems += _each(path.name, error)
        return None
    if header.list != path.stem:
        problems.append(f"{path.name}: list must be {path.stem}, as the file is named")
    codes = _by_name(path.name, tuple(_codes(path.name, path.stem, header.codes, problems)), problems)
    return CodeList(
        path.stem, header.title, header.description, header.closed_because, header.regional, codes
    )


def _codes(
    where: str, name: str, entries: Any, problems: list[str], region: str | None = None
) -> Iterator[Code]:
    """Yield the readable codes of a list; note the others as problems."""
    if not isinstance(entries, list):
        problems.append(f"{where}: give a list of codes")
        return
    for number, entry in enumerate(entries, start=1):
        at = (
            f"{where}: {entry.get('code', f'code {number}') if isinstance(entry, dict) else f'code {number}'}"
        )
        try:
            code = Code.model_validate(entry).model_copy(update={"region": region})
        except ValidationError as error:
            problems += _each(at, error)
            continue
        facts, given = _FACTS.get(name, frozenset()), code.model_fields_set
        if missing := sorted(facts - given - (_FACTS_OF_BROADER if region else frozenset())):
            problems.append(f"{at}: say {' and '.join(missing)}, because a rule depends on it")
        elif foreign := sorted(given & _FACTS_OF_ONE_LIST - facts):
            problems.append(f"{at}: remove {' and '.join(foreign)}: no rule reads it in {name}")
        else:
            yield code


def _each(at: str, error: ValidationError) -> list[str]:
    """Return one problem per error of pydantic's, with its place."""
    return [
        f"{at}: {'.'.join(map(str, each['loc'])) or 'entry'}: {_remedy(each)}"
        for each in error.errors(include_url=False, include_input=False)
    ]


def _remedy(error: ErrorDetails) -> str:
    """Say what to do about one error of pydantic's, without its Python words."""
    match error["type"]:
        case "missing":
            return "add it, as every other code has it"
        case "extra_forbidden":
            return f"no such field: use one of {', '.join(Code.model_fields)}"
        case "string_pattern_mismatch":
            return f"write it as {error['ctx']['pattern']}: lower-case letters, digits and hyphens, or a release such as 0.2.0"
        case "model_type":
            return "give an object with code, labels and the other fields"
        case _:
            return error["msg"]


def _by_name(where: str, codes: Sequence[Code], problems: list[str]) -> dict[str, Code]:
    named: dict[str, Code] = {}
    for code in codes:
        if code.code in named:
            owners = " and ".join(each.region or "the network" for each in (named[code.code], code))
            problems.append(
                f"{where}: {code.code} is listed twice, by {owners}: keep one, or choose another code"
            )
        named.setdefault(code.code, code)
    return named


def _region_files(folder: Path, problems: list[str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each region with the blocks of its file that are known."""
    if not folder.is_dir():
        problems.append(f"{folder}: there is no such folder of region files")
    for path in sorted(folder.glob("*.json")):
        if not re.fullmatch(REGION_PATTERN, path.stem):
            problems.append(f"{path.name}: name the file as the region, such as us-fl-miami.json")
        content = _read(path, problems)
        if content is None:
            continue
        if not isinstance(content, dict):
            problems.append(f"{path.name}: give an object with {' or '.join(REGION_FILE_KEYS)}")
            continue
        if unknown := sorted(set(content) - set(REGION_FILE_KEYS)):
            problems.append(
                f"{path.name}: remove {', '.join(unknown)}: only {' and '.join(REGION_FILE_KEYS)} are read"
            )
        yield path.stem, content


def _with_regions(
    lists: Mapping[str, CodeList], files: Mapping[str, Mapping[str, Any]], problems: list[str]
) -> dict[str, CodeList]:
    """Return the lists with the regions' own codes at their ends."""
    added: dict[str, list[Code]] = {}
    for region, content in files.items():
        blocks = content.get("codes", {})
        if not isinstance(blocks, dict):
            problems.append(f"{region}.json: codes: give an object of lists by name, such as needs")
            continue
        for name, entries in blocks.items():
            if name not in lists or not lists[name].regional:
                regional = ", ".join(sorted(each.name for each in lists.values() if each.regional))
                problems.append(f"{region}.json: {name}: a region may add codes to {regional} only")
                continue
            added.setdefault(name, []).extend(
                _codes(f"{region}.json: {name}", name, entries, problems, region=region)
            )
    return {
        name: replace(codes, codes=_by_name(name, [*codes.codes.values(), *added.get(name, ())], problems))
        for name, codes in lists.items()
    }


def _placeholders(folder: Path, files: Mapping[str, Mapping[str, Any]], problems: list[str]) -> Iterator[str]:
    """Yield the placeholders of the network and of every region."""
    network = _read(folder / "placeholders.json", problems)
    own = network.get("placeholders") if isinstance(network, dict) else None
    for name, content in {"placeholders": {"placeholders": own}, **files}.items():
        texts = content.get("placeholders", [])
        if not isinstance(texts, list):
            problems.append(f"{name}.json: placeholders: give a list of texts, such as unknown")
            continue
        for text in texts:
            if isinstance(text, str) and fold(text):
                yield text
            else:
                problems.append(
                    f"{name}.json: placeholders: give texts with a letter or digit, such as unknown"
                )


def _contradictions(codes: CodeList, lists: Mapping[str, CodeList], releases: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with a list's codes beside one another and beside the other lists."""
    categories = lists["consent-categories"].codes if "consent-categories" in lists else {}
    protecting = _protecting(lists) if codes.name == "consent-categories" else {}
    for code in codes.codes.values():
        at = f"{code.region or codes.name}: {code.code}"
        if missing := [language for language in LANGUAGES if language not in code.labels]:
            yield f"{at}: give labels in {' and '.join(missing)}"
        if code.since not in releases:
            yield (
                f"{at}: since {code.since} is no release: use one of {', '.join(releases)}, or add it to releases.json if it is the next"
            )
        if code.sunset is not None and release_order(code.sunset) <= release_order(code.since):
            yield f"{at}: let the sunset be a later release than since"
        if code.sunset is not None and (codes.name == "risks" or not codes.open):
            yield f"{at}: remove the sunset: a code of {codes.name} is taken for ever"
        if code.sunset is not None and code.code in protecting:
            yield f"{at}: remove the sunset: it protects {', '.join(sorted(protecting[code.code]))}"
        if code.protected is not None and code.protected not in categories:
            yield f"{at}: let protected be null or one of {', '.join(categories)}"
        yield from _broader_problems(code, codes, at)


def _protecting(lists: Mapping[str, CodeList]) -> dict[str, set[str]]:
    """Return the needs that each consent category protects."""
    protecting: dict[str, set[str]] = {}
    for need in lists["needs"].codes.values() if "needs" in lists else ():
        if need.protected is not None:
            protecting.setdefault(need.protected, set()).add(need.code)
    return protecting


def _broader_problems(code: Code, codes: CodeList, at: str) -> Iterator[str]:
    if code.broader is None:
        if code.region is not None:
            yield f"{at}: name the broader code of the network: others do not know a region's own code"
        return
    broader = codes.codes.get(code.broader)
    if broader is None or (code.region is not None and broader.region is not None):
        yield f"{at}: let broader name a code of the network's list {codes.name}"
    elif code.code in codes.with_broader([code.broader]):
        yield f"{at}: broader leads back to the code itself: remove one of the two"
    elif broader.protected is not None and code.protected != broader.protected:
        yield f"{at}: protected must be {broader.protected}, as {broader.code} is"
    elif broader.minors_likely and "minors_likely" in code.model_fields_set and not code.minors_likely:
        yield f"{at}: minors_likely must be true, as {broader.code} is"


def _read(path: Path, problems: list[str]) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        problems.append(
            f"{path.name}: line {error.lineno}, column {error.colno}: this is no JSON: {error.msg}"
        )
    except (OSError, ValueError, RecursionError) as error:
        problems.append(f"{path.name}: cannot be read as JSON in UTF-8: {error}")
    return None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. Raises ValueError for a repeated key: of two lists of needs, the first would vanish."""
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(
            f"{next(name for name in names if names.count(name) > 1)} is given twice in one object"
        )
    return content
