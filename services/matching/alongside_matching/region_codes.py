"""Refuses unlisted codes where a field cannot tell: the region is beside it or in the store, or a code is kept as it was."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from alongside_chassis.errors import HttpProblem
from alongside_contracts.codes import Codes, installed

_LIST_OF: Final[Mapping[str, str]] = {
    "need": "needs",
    "needs": "needs",
    "eligibility": "needs",
    "formats": "formats",
    "modes": "modes",
    "hopes": "hopes",
    "interests": "interests",
    "identities": "identities",
    "only_for": "identities",
}


def require_codes_of(region: str, sent: Mapping[str, Any], kept: Mapping[str, Iterable[str]]) -> None:
    """Raise HttpProblem for the first code that a region does not take; a code that is `kept` may have ended since."""
    codes = installed()
    for field in sent.keys() & _LIST_OF.keys():
        for code in sent[field] or ():
            if code not in kept.get(field, ()) and not _is_taken(codes, field, code, region):
                raise HttpProblem(
                    status=422,
                    code="invalid-request",
                    title="A code is not on its list",
                    remedy=codes.remedy(_LIST_OF[field], code, region),
                    field=field,
                )


def _is_taken(codes: Codes, field: str, code: str, region: str) -> bool:
    in_ages = field == "eligibility" and code in codes["age-bands"].codes
    return in_ages or codes.accepts(_LIST_OF[field], code, region)
