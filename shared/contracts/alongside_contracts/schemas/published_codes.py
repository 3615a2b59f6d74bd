"""Every code that was ever published, with its release: codes are added, and never removed or moved to another release.

Records with a code stay in the log and in stores for years. A code that is no longer wanted gets a sunset: it is shown
and no longer offered.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from alongside_contracts.codes import Codes

FILE: Final = "published_codes.json"
Published: TypeAlias = Mapping[str, dict[str, str]]
"""The release that added each code, by list and code."""


def record_codes(folder: Path, codes: Codes) -> None:
    """Add new codes to the file; codes recorded before stay as they are."""
    recorded, present = _recorded(folder), _present(codes)
    merged = {
        name: dict(sorted((present.get(name, {}) | recorded.get(name, {})).items()))
        for name in sorted(present.keys() | recorded.keys())
    }
    (folder / FILE).write_text(json.dumps(merged, indent=2) + "\n", encoding="utf-8")


def withdrawn_codes(folder: Path, codes: Codes) -> Iterator[str]:
    """Yield a line for each code that is gone, was moved to another release, or is not recorded yet."""
    recorded, present = _recorded(folder), _present(codes)
    for name in sorted(recorded.keys() | present.keys()):
        before, now = recorded.get(name, {}), present.get(name, {})
        for code in sorted(before.keys() - now.keys()):
            yield f"{code} is gone from {name}: restore it and give it a sunset, because records with it are in the log"
        for code in sorted(code for code in before.keys() & now.keys() if before[code] != now[code]):
            yield f"{code} of {name} was published in release {before[code]}: let since be that release"
        for code in sorted(now.keys() - before.keys()):
            yield f"{code} of {name} is new: run make schemas"


def _present(codes: Codes) -> Published:
    return {
        name: {code.code: code.since for code in code_list.codes.values() if code.region is None}
        for name, code_list in codes.lists.items()
    }


def _recorded(folder: Path) -> Published:
    if not (folder / FILE).exists():
        return {}
    recorded: Published = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return recorded
