"""Publish one referral as a partner, and print what the network answers.

    python publish_a_referral.py bayside-hospital kafka.network.example:9092 password.txt
    python publish_a_referral.py st-mary-hospital localhost:9092            # the local stack needs no password

A fourth argument is the security protocol, SASL_SSL unless given. Needs `pip install aiokafka` and no package of
Alongside. Explained in docs/partners.md.
"""

import asyncio
import json
import secrets
import ssl
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

ANSWER_SECONDS_MAX = 30

# Codes, references and times: no name, no phone number, no free text ever goes into an event.
REFERRAL = {
    "reference": "BH-2026-00417",
    "person_reference": "p-7f3a91c2",
    "setting": "hospital",
    "region": "us-fl-miami",
    "needs": ["grief", "loneliness"],
    "languages": ["es", "en"],
    "modes": ["in-person", "video"],
    "postal_code": "33131",
    "consent": {
        "decision": "given",
        "categories": ["needs", "contact"],
        "method": "electronic",
        "signed_at": "2026-03-02T14:31:00Z",
    },
}


def record(
    partner: str, referral: Mapping[str, object], event_id: str
) -> tuple[bytes, bytes, list[tuple[str, bytes]]]:
    """Return key, value and headers of a submission: a CloudEvent in binary content mode.

    Keep `event_id` with the referral until it is answered: sending again with the same id is always safe.
    """
    headers = {
        "ce_specversion": "1.0",
        "ce_id": event_id,
        "ce_source": f"urn:alongside:partner:{partner}",
        "ce_type": "org.alongside.submission.received.v1",
        "ce_time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "content-type": "application/json",
        "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",  # or that of your own span
    }
    key = str(referral["reference"]).encode()
    return key, json.dumps(referral).encode(), [(name, value.encode()) for name, value in headers.items()]


def is_about(message: Mapping[str, object], reference: str, event_id: str) -> bool:
    """Return whether a message is about our referral; only `origin` names a record that could not be decoded."""
    origin = message.get("origin")
    return message.get("reference") == reference or (
        isinstance(origin, dict) and origin.get("event_id") == event_id
    )


def connection(
    partner: str, kafka: str, password_file: str = "", protocol: str = "SASL_SSL"
) -> dict[str, Any]:
    """Return the connection options: the brokers, your user, and the password that `password_file` consists of."""
    if not password_file:
        return {"bootstrap_servers": kafka}
    return {
        "bootstrap_servers": kafka,
        "security_protocol": protocol,  # SASL_PLAINTEXT only on a machine or network of your own
        "ssl_context": ssl.create_default_context() if protocol == "SASL_SSL" else None,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": f"partner.{partner}",
        "sasl_plain_password": Path(password_file).read_text(encoding="utf-8").strip(),
    }


async def main(partner: str, *kafka: str) -> None:
    """Publish the referral, then print the messages about it until one has the answer; `kafka` as in `connection`."""
    event_id, options = str(uuid4()), connection(partner, *kafka)
    key, value, headers = record(partner, REFERRAL, event_id)
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(
            AIOKafkaProducer(**options, acks="all", enable_idempotence=True)
        )
        consumer = await stack.enter_async_context(
            AIOKafkaConsumer(
                f"partner.{partner}.status.v1",
                **options,
                group_id=f"partner.{partner}.reader",  # must begin with the name of your user
                auto_offset_reset="earliest",
            )
        )
        await producer.send_and_wait(f"partner.{partner}.referrals.v1", value=value, key=key, headers=headers)
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            async for received in consumer:
                message = json.loads(received.value or b"{}")
                if is_about(message, str(REFERRAL["reference"]), event_id):
                    print(json.dumps(message, indent=2))  # noqa: T201
                    if "answer" in message:  # other messages report a later status
                        return


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
