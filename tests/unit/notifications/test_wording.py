"""What a notice says, and what it must never say."""

import re

import pytest

from alongside_contracts.vocabulary import Format, Need, OfferKind, Setting
from alongside_notifications.domain.audience import CRISIS, OVERDUE, WHO_ACTS, WHO_IS_TOLD, Moment, Role
from alongside_notifications.domain.wording import SENTENCES, words

LINK = "https://network.example/referrals/0190"
TOLD = [
    *((moment, role) for moment, roles in WHO_IS_TOLD.items() for role in roles),
    *((OVERDUE, role) for role in sorted(set(WHO_ACTS.values()))),
    (CRISIS, Role.COORDINATOR),
]
# Words that would tell a bystander why somebody is in touch with the network, or with whom.
TELLTALE = {
    *(word for code in (*Need, *Format) for word in code.value.split("-")),
    *(code.value for code in (*OfferKind, *Setting)),
    *("peer", "support", "health", "mental", "counsel", "therapy", "patient", "clinic", "referral", "recovery"),
} - {"use", "life", "self", "one", "to", "ill", "online"}  # fmt: skip


@pytest.mark.parametrize(("moment", "role"), TOLD)
def test_whoever_is_told_is_told_in_words_with_a_link(moment: Moment, role: Role) -> None:
    told = words(moment, role, link=LINK)

    assert told.title.startswith("Alongside: ")
    assert told.text.count(LINK) == 1
    assert told.sentence in told.text


@pytest.mark.parametrize(("moment", "role"), TOLD)
def test_no_notice_names_a_condition_a_person_or_a_provider(moment: Moment, role: Role) -> None:
    told = words(moment, role, link="")

    spoken = set(re.findall(r"[a-z]+", f"{told.title} {told.text}".lower()))
    assert not spoken & TELLTALE


def test_nothing_is_worded_that_nobody_is_told() -> None:
    assert set(SENTENCES) == set(TOLD)
