"""Refuses codes of other regions where a request names no region, or names it beside the codes."""

from collections.abc import Iterable, Mapping
from typing import Final

from alongside_chassis.errors import HttpProblem
from alongside_contracts.codes import installed

_LIST_OF: Final[Mapping[str, str]] = {
    "need": "needs",
    "needs": "needs",
    "eligibility": "needs",
    "hopes": "hopes",
    "interests": "interests",
    "identities": "identities",
    "only_for": "identities",
}


def require_codes_of(region: str, codes_by_field: Mapping[str, Iterable[str] | None]) -> None:
    """Raise HttpProblem for the first code that is another region's own; None means that the field was not sent."""
    codes = installed()
    for field, name in _LIST_OF.items():
        for code in codes_by_field.get(field) or ():
            known = codes[name].codes.get(code)
            if known is not None and known.region not in (None, region):
                raise HttpProblem(
                    status=422,
                    code="invalid-request",
                    title="A code belongs to another region",
                    remedy=codes.remedy(name, code, region),
                    field=field,
                )
