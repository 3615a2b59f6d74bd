"""The text of notices, and the words it must never contain."""

import re

import pytest

from alongside_contracts.vocabulary import Format, Need, OfferKind, RecipientRole, Setting
from alongside_notifications.domain.audience import (
    CRISIS,
    OVERDUE,
    RECIPIENT_ROLES,
    ROLE_OF_ACTOR,
    TemplateKey,
)
from alongside_notifications.domain.wording import SENTENCES, render_notice

LINK = "https://network.example/referrals/0190"
NOTIFIED_PAIRS = [
    *((template, role) for template, roles in RECIPIENT_ROLES.items() for role in roles),
    *((OVERDUE, role) for role in sorted(set(ROLE_OF_ACTOR.values()))),
    (CRISIS, RecipientRole.COORDINATOR),
]
# Words that would reveal to a bystander why somebody is in touch with the network, or with whom.
TELLTALE = {
    *(word for code in (*Need, *Format) for word in code.value.split("-")),
    *(code.value for code in (*OfferKind, *Setting)),
    *("peer", "support", "health", "mental", "counsel", "therapy", "patient", "clinic", "referral", "recovery"),
} - {"use", "life", "self", "one", "to", "ill", "online"}  # fmt: skip


@pytest.mark.parametrize(("template", "role"), NOTIFIED_PAIRS)
def test_every_notice_has_a_text_with_a_link(template: TemplateKey, role: RecipientRole) -> None:
    text = render_notice(template, role, link=LINK)

    assert text.title.startswith("Alongside: ")
    assert text.text.count(LINK) == 1
    assert text.sentence in text.text


@pytest.mark.parametrize(("template", "role"), NOTIFIED_PAIRS)
def test_no_notice_names_a_condition_a_person_or_a_provider(
    template: TemplateKey, role: RecipientRole
) -> None:
    text = render_notice(template, role, link="")

    spoken = set(re.findall(r"[a-z]+", f"{text.title} {text.text}".lower()))
    assert not spoken & TELLTALE


def test_there_is_no_text_for_a_pair_that_is_never_notified() -> None:
    assert set(SENTENCES) == set(NOTIFIED_PAIRS)
