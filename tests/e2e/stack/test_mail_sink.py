"""The mail sink over real SMTP and HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import Any

import aiosmtplib
import httpx2
import pytest

from alongside_localstack.infrastructure import infrastructure
from alongside_localstack.parts import Mail


@pytest.fixture(scope="module")
async def sink() -> AsyncIterator[Mail]:
    async with infrastructure(kafka=False, postgres=False, mail=True) as stack:
        yield stack.mail


@pytest.fixture(autouse=True)
async def emptied(sink: Mail) -> None:
    async with httpx2.AsyncClient() as client:
        (await client.delete(f"{sink.url}/messages")).raise_for_status()


async def send(sink: Mail, to: str, message_id: str) -> None:
    message = EmailMessage()
    message["Message-ID"], message["Subject"] = message_id, "A place for you"
    message["From"], message["To"] = "no-reply@alongside.example", to
    message.set_content("Somebody would like to walk alongside you.")
    await aiosmtplib.send(message, hostname="127.0.0.1", port=sink.smtp_port, timeout=10)


async def get(sink: Mail, path: str) -> Any:
    async with httpx2.AsyncClient() as client:
        answer = await client.get(f"{sink.url}{path}")
    answer.raise_for_status()
    return answer.json()


async def test_a_sent_message_can_be_read_over_http(sink: Mail) -> None:
    await send(sink, "ada@example.org", "<1@x>")

    (listed,) = await get(sink, "/messages?to=ada@example.org")
    content = await get(sink, f"/messages/{listed['id']}")
    assert (listed["subject"], listed["deliveries"]) == ("A place for you", 1)
    assert "walk alongside" in content["text"]


async def test_a_message_sent_twice_is_counted_as_two_deliveries(sink: Mail) -> None:
    await send(sink, "ada@example.org", "<1@x>")
    await send(sink, "ada@example.org", "<1@x>")

    assert [each["deliveries"] for each in await get(sink, "/messages")] == [2]


async def test_a_full_mailbox_refuses_only_the_first_attempt(sink: Mail) -> None:
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as caught:
        await send(sink, "ada@full.example", "<1@x>")
    assert caught.value.recipients[0].code == 452

    await send(sink, "ada@full.example", "<1@x>")

    assert [each["deliveries"] for each in await get(sink, "/messages")] == [1]


async def test_a_mailbox_that_does_not_exist_refuses_every_attempt(sink: Mail) -> None:
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as caught:
            await send(sink, "ada@gone.example", "<1@x>")
        assert caught.value.recipients[0].code == 550

    assert await get(sink, "/messages") == []


async def test_an_unknown_message_is_a_404(sink: Mail) -> None:
    async with httpx2.AsyncClient() as client:
        assert (await client.get(f"{sink.url}/messages/nobody")).status_code == 404
