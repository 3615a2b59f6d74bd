"""Every code that was ever published: codes are added, and never removed, moved to another release or less protected.

Records with a code stay in the log and in stores for years. A code that is no longer wanted gets a sunset: it is shown
and no longer offered.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from alongside_contracts.codes import Code, Codes

FILE: Final = "published_codes.json"
Facts: TypeAlias = dict[str, str]
"""What stays true of a published code: `since`, and `protected` where a consent category protects it."""
Published: TypeAlias = Mapping[str, dict[str, Facts]]
"""The facts of each code, by list and code."""


def record_codes(folder: Path, codes: Codes) -> list[str]:
    """Add new codes of the newest release to the file, and return them; those recorded before stay as they are."""
    recorded, present = _recorded(folder), _present(codes)
    added = [
        (name, code)
        for name, facts_by_code in present.items()
        for code, facts in facts_by_code.items()
        if code not in recorded.get(name, {}) and _may_be_published(recorded, facts, codes)
    ]
    merged = {name: dict(recorded.get(name, {})) for name in sorted(present.keys() | recorded.keys())}
    for name, code in added:
        merged[name][code] = present[name][code]
    ordered = {name: dict(sorted(facts_by_code.items())) for name, facts_by_code in merged.items()}
    (folder / FILE).write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")
    return [f"{code} of {name}" for name, code in added]


def withdrawn_codes(folder: Path, codes: Codes) -> Iterator[str]:
    """Yield a line for each code that is gone, moved, less protected, or not recorded yet."""
    recorded, present = _recorded(folder), _present(codes)
    for name in sorted(recorded.keys() | present.keys()):
        before, now = recorded.get(name, {}), present.get(name, {})
        for code in sorted(before.keys() - now.keys()):
            yield (
                f"{code} is gone from {name}: restore it and give it a sunset, because records with it are in the log; "
                f"if it was never released, take it out of {FILE} as well"
            )
        for code in sorted(code for code in before.keys() & now.keys() if before[code] != now[code]):
            yield f"{code} of {name} was published with {_said(before[code])}: restore that (now {_said(now[code])})"
        for code in sorted(now.keys() - before.keys()):
            may = _may_be_published(recorded, now[code], codes)
            remedy = (
                "run make schemas" if may else f"let since be {codes.installed_release}, the newest release"
            )
            yield f"{code} of {name} is new: {remedy}"


def _may_be_published(recorded: Published, facts: Facts, codes: Codes) -> bool:
    """Return whether a new code is of the newest release: an older one would be taken before readers know it."""
    return not recorded or facts["since"] == codes.installed_release


def _said(facts: Facts) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _present(codes: Codes) -> Published:
    return {
        name: {code.code: _facts(code) for code in code_list.codes.values() if code.region is None}
        for name, code_list in codes.lists.items()
    }


def _facts(code: Code) -> Facts:
    return {"since": code.since} | ({"protected": code.protected} if code.protected else {})


def _recorded(folder: Path) -> Published:
    if not (folder / FILE).exists():
        return {}
    recorded: Published = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return recorded
