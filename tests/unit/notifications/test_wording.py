"""The text of notices, and the words it must never contain."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from alongside_contracts.vocabulary import Format, Need, OfferKind, RecipientRole, Setting
from alongside_notifications.domain.audience import ROLE_OF_ACTOR
from alongside_notifications.domain.rules import (
    CRISIS,
    NEWS,
    NEXT_ACTOR,
    OVERDUE,
    RESUMED,
    RULES,
    STREAM_READ_AGAIN,
    STREAM_UNREAD,
    TemplateKey,
)
from alongside_notifications.domain.wording import SENTENCES, render_notice

LINK = "https://network.example/referrals/0190"
SINCE = datetime(2026, 11, 29, 18, 5, 59, tzinfo=UTC)
NOTIFIED_PAIRS = [
    *dict.fromkeys(
        (template, role)
        for rules in RULES.values()
        for template, roles in rules.roles.items()
        for role in roles
        if template
        not in (NEWS, RESUMED)  # no templates: the sentence that fits any news, and that of the status
    ),
    *((template, role) for template in (OVERDUE, NEXT_ACTOR) for role in sorted(set(ROLE_OF_ACTOR.values()))),
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
    text = render_notice(template, role, link=LINK, since=SINCE)

    assert text.title.startswith("Alongside: ")
    assert text.text.count(LINK) == 1
    assert text.sentence in text.text


@pytest.mark.parametrize(("template", "role"), NOTIFIED_PAIRS)
def test_no_notice_names_a_condition_a_person_or_a_provider(
    template: TemplateKey, role: RecipientRole
) -> None:
    text = render_notice(template, role, link="", since=SINCE)

    spoken = set(re.findall(r"[a-z]+", f"{text.title} {text.text}".lower()))
    assert not spoken & TELLTALE


@pytest.mark.parametrize(
    "template", sorted({template for rules in RULES.values() for template in rules.roles})
)
def test_a_coordinators_notice_never_reads_like_mere_news(template: TemplateKey) -> None:
    text = render_notice(template, RecipientRole.COORDINATOR, link=LINK, since=SINCE)

    assert text.title != "Alongside: news about a request"


def test_there_is_no_text_for_a_pair_that_is_never_notified() -> None:
    assert set(SENTENCES) == set(NOTIFIED_PAIRS)


@pytest.mark.parametrize("template", [STREAM_UNREAD, STREAM_READ_AGAIN])
@pytest.mark.parametrize("role", [RecipientRole.COORDINATOR, RecipientRole.REFERRER])
def test_a_notice_about_a_stream_says_since_when_its_records_are_unread(
    template: TemplateKey, role: RecipientRole
) -> None:
    text = render_notice(template, role, link=LINK, since=SINCE)

    assert "unread since 29 November 2026, 18:05 UTC" in text.sentence


def test_a_time_in_a_notice_is_in_utc_and_its_day_has_no_leading_zero() -> None:
    midnight_in_madrid = datetime(2026, 3, 3, 0, 30, tzinfo=timezone(timedelta(hours=1)))

    text = render_notice(STREAM_UNREAD, RecipientRole.COORDINATOR, link=LINK, since=midnight_in_madrid)

    assert "since 2 March 2026, 23:30 UTC" in text.sentence


def test_only_notices_about_streams_wait_for_a_time() -> None:
    with_time = {template for (template, _), sentence in SENTENCES.items() if "{" in sentence}

    assert with_time == {STREAM_UNREAD, STREAM_READ_AGAIN}
