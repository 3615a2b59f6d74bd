"""The blocks generated from the code lists: the names of codes in Python, and the glossary's tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from textwrap import wrap

from alongside_contracts.codes import Code, CodeList, load_codes
from tools.generate.services import DeployedService

CLASS_OF_NETWORK = {
    "actors": "Actor",
    "answers": "Answer",
    "business-statuses": "BusinessStatus",
    "channels": "Channel",
    "endorsements": "Endorsement",
    "link-reasons": "LinkReason",
    "match-reasons": "MatchReason",
    "notice-failures": "NoticeFailure",
    "offer-kinds": "OfferKind",
    "pause-reasons": "PauseReason",
    "problems": "ProblemCode",
    "reasons": "Reason",
    "recipient-roles": "RecipientRole",
    "statuses": "Status",
    "withdrawal-effects": "WithdrawalEffect",
}
CLASS_OF_PERSON = {
    "age-bands": "AgeBand",
    "consent-decisions": "ConsentDecision",
    "fits": "Fit",
    "formats": "Format",
    "hopes": "Hope",
    "identities": "Identity",
    "modes": "Mode",
    "needs": "Need",
    "outcomes": "Outcome",
    "risks": "Risk",
    "settings": "Setting",
    "urgencies": "Urgency",
    "weekdays": "Weekday",
}
"""The lists whose codes our own code names, with the class of their names, by the module they are in."""
DOCSTRING_WIDTH = 116


def codes_of_network(_services: tuple[DeployedService, ...]) -> Iterator[str]:
    """Yield one class of names per list of what the network does, in the order of the lists' names."""
    yield from _classes(CLASS_OF_NETWORK)


def codes_of_person(_services: tuple[DeployedService, ...]) -> Iterator[str]:
    """Yield one class of names per list of what a person states, in the order of the lists' names."""
    yield from _classes(CLASS_OF_PERSON)
    codes = load_codes()["age-bands"].codes.values()
    minors = [_member(code.code) for code in codes if code.minor]
    yield f"MINOR_AGE_BANDS: Final = frozenset({{{', '.join(f'AgeBand.{name}' for name in minors)}}})"
    yield '"""Ages below 18."""'


def _classes(class_of: Mapping[str, str]) -> Iterator[str]:
    codes = load_codes()
    for name, class_name in class_of.items():
        yield f"class {class_name}(StrEnum):"
        yield from _docstring(codes[name])
        yield ""
        for code in codes[name].codes.values():
            yield f'    {_member(code.code)} = "{code.code}"'
        yield ""
        yield ""


def _docstring(code_list: CodeList) -> Iterator[str]:
    about = f"{code_list.description} List `{code_list.name}`"
    if code_list.open:
        yield f'    """{about}, open."""'
        return
    yield f'    """{about}, closed.'
    yield ""
    yield from (f"    {line}" for line in wrap(str(code_list.closed_because), DOCSTRING_WIDTH - 4))
    yield '    """'


def _member(code: str) -> str:
    """Return the name of a code: `self-harm` is SELF_HARM, `13-17` is FROM_13_TO_17, `65-plus` is FROM_65."""
    ages = re.fullmatch(r"(\d+)-(\d+|plus)", code)
    if ages is None:
        return code.upper().replace("-", "_")
    return f"FROM_{ages[1]}" if ages[2] == "plus" else f"FROM_{ages[1]}_TO_{ages[2]}"


def glossary_tables(_services: tuple[DeployedService, ...]) -> Iterator[str]:
    """Yield the heading and table of every list, open ones and closed ones alike, sorted by title."""
    for code_list in sorted(load_codes().lists.values(), key=lambda each: each.title):
        growth = f"Closed for ever. {code_list.closed_because}" if code_list.closed_because else "Open."
        regional = " A region may add its own codes." if code_list.regional else ""
        yield f"### {code_list.title} (`{code_list.name}`)"
        yield ""
        yield f"{code_list.description} {growth}{regional}"
        yield ""
        yield "| code | staff | person | meaning |"
        yield "|---|---|---|---|"
        for code in code_list.codes.values():
            labels = code.labels["en"]
            yield f"| `{code.code}` | {labels.staff} | {labels.person} | {_meaning(code)} |"
        yield ""


def _meaning(code: Code) -> str:
    notes = [
        f"Protected: needs the consent category `{code.protected}`." if code.protected else "",
        f"Part of `{code.broader}`." if code.broader else "",
        "Without an age band the person is treated as a minor." if code.minors_likely else "",
        f"No longer offered from release {code.sunset} on." if code.sunset else "",
    ]
    return " ".join(filter(None, [code.description, *notes]))
