"""The mail sink's stored messages and their counts."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from alongside_chassis.clock import SystemClock
from alongside_localstack.mail.mailbox import Mailbox


def mail(message_id: str | None = "<1@alongside.example>", subject: str = "A place for you") -> bytes:
    message = EmailMessage()
    if message_id:
        message["Message-ID"] = message_id
    message["From"], message["To"], message["Subject"] = (
        "no-reply@alongside.example",
        "ada@example.org",
        subject,
    )
    message.set_content("Grüße")
    message.add_alternative("<p>Grüße</p>", subtype="html")
    return message.as_bytes()


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail", clock=SystemClock())


def test_a_double_send_is_one_message_with_two_deliveries(mailbox: Mailbox) -> None:
    mailbox.store(mail(), ("ada@example.org",))
    mailbox.store(mail(), ("ada@example.org",))

    (message,) = mailbox.messages()
    assert message.deliveries == 2
    assert message.to == ("ada@example.org",)


def test_messages_are_found_by_recipient_whatever_the_case(mailbox: Mailbox) -> None:
    mailbox.store(mail("<1@x>"), ("Ada@Example.org",))
    mailbox.store(mail("<2@x>"), ("bob@example.org",))

    assert [each.message_id for each in mailbox.messages(to="ada@example.org")] == ["<1@x>"]


def test_the_content_comes_with_text_and_html(mailbox: Mailbox) -> None:
    message = mailbox.store(mail(subject="Größe"), ("ada@example.org",))

    content = mailbox.content(message.id)

    assert content is not None
    assert content["subject"] == "Größe"
    assert content["text"].strip() == "Grüße"
    assert content["html"].strip() == "<p>Grüße</p>"
    assert mailbox.content("nobody") is None


def test_messages_survive_a_restart_even_with_a_torn_index(tmp_path: Path) -> None:
    Mailbox(tmp_path, clock=SystemClock()).store(mail(), ("ada@example.org",))
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write('{"id": "torn')

    again = Mailbox(tmp_path, clock=SystemClock())

    assert [each.subject for each in again.messages()] == ["A place for you"]


def test_messages_without_an_id_are_never_taken_for_one_another(mailbox: Mailbox) -> None:
    mailbox.store(mail(None), ("ada@example.org",))
    mailbox.store(mail(None), ("ada@example.org",))

    assert [each.deliveries for each in mailbox.messages()] == [1, 1]


def test_clearing_forgets_everything(mailbox: Mailbox) -> None:
    message = mailbox.store(mail(), ("ada@example.org",))

    mailbox.clear()

    assert mailbox.messages() == []
    assert mailbox.content(message.id) is None
