"""Partners publish their letters, spread over the storm; a broken send is repeated until the broker has it."""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from alongside_chassis.kafka import Kafka
from alongside_cli.faults.letters import Letter

PAUSE_SECONDS: Final = 0.5
_TOPIC_CREATE_SECONDS: Final = 10


class Sender:
    """Publishes at the pace of `seconds` for all, in order per key. `sent` counts what is safely on the broker."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self.sent = 0
        self.tried_again = 0

    async def send(self, letters: Sequence[Letter], seconds: float) -> None:
        """Publish all; returns when the broker acknowledged the last."""
        loop = asyncio.get_running_loop()
        producer = await self._begin()
        began, pace = loop.time(), seconds / max(1, len(letters))
        try:
            for place, letter in enumerate(letters):
                await asyncio.sleep(max(0.0, began + place * pace - loop.time()))
                producer = await self._publish(producer, letter)
        finally:
            await producer.stop()

    async def _publish(self, producer: AIOKafkaProducer, letter: Letter) -> AIOKafkaProducer:
        """Publish one letter, with a new producer if the old one broke; the one to go on with."""
        while True:
            try:
                headers = list(letter.headers)
                await producer.send_and_wait(letter.topic, letter.value, letter.key, headers=headers)
            except (KafkaError, OSError):
                self.tried_again += 1
                await asyncio.gather(producer.stop(), return_exceptions=True)
                producer = await self._begin()
            else:
                self.sent += 1
                return producer

    async def _begin(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(
                **self._kafka.options(), enable_idempotence=True, acks="all", request_timeout_ms=10_000
            )
            try:
                await producer.start()
            except (KafkaError, OSError):
                await asyncio.gather(producer.stop(), return_exceptions=True)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return producer
