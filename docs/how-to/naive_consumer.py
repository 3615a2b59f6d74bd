"""What not to do: the consumer most tutorials end with. docs/delivery.md explains what each numbered line loses.

It runs; tests/e2e/chassis/test_naive_consumer.py runs it and shows the losses.
"""

import json
from collections.abc import Awaitable, Callable
from logging import getLogger
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

log = getLogger("naive")


async def consume(
    kafka: str,
    pool: Any,
    producer: AIOKafkaProducer,
    *,
    find_offer: Callable[..., Awaitable[str]],
    hold_place: Callable[..., Awaitable[None]],
) -> None:
    """Propose an offer for every referral. Do not copy this."""
    consumer = AIOKafkaConsumer("referrals.journey.v1", bootstrap_servers=kafka, group_id="matching")  # 1
    await consumer.start()
    async for record in consumer:  # 2
        event = json.loads(record.value)  # 3
        async with pool.acquire() as conn:
            offer = await find_offer(conn, event)
            await hold_place(conn, offer)  # 4
        proposal = json.dumps({"referral_id": event["referral_id"], "offer_id": offer})
        await producer.send_and_wait("referrals.journey.v1", proposal.encode())  # 5
        log.info("proposed %s", event)  # 6
