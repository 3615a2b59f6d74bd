"""The codes of the rules are those of the contracts."""

from enum import StrEnum

import pytest

from alongside_contracts import vocabulary
from alongside_referrals.domain import codes


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (codes.Status, vocabulary.Status),
        (codes.BusinessStatus, vocabulary.BusinessStatus),
        (codes.Reason, vocabulary.Reason),
        (codes.ReferralOutcome, vocabulary.Outcome),
        (codes.Fit, vocabulary.Fit),
        (codes.Actor, vocabulary.Actor),
        (codes.OfferKind, vocabulary.OfferKind),
        (codes.Role, vocabulary.RecipientRole),
    ],
)
def test_the_codes_of_the_rules_are_exactly_those_of_the_contracts(
    ours: type[StrEnum], theirs: type[StrEnum]
) -> None:
    assert {code.value for code in ours} == {code.value for code in theirs}
