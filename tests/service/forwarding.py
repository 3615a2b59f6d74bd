"""Forwards one service's announcements to another, without a broker between them."""

from alongside_chassis.testing import ServiceBench
from alongside_contracts.event import Event


async def forward_announcements(source: ServiceBench, to: ServiceBench) -> None:
    """Deliver what one service announced on the journey to another, under the same event ids."""
    for announced in await source.announced(clear=True):
        event: Event = announced.event
        if not event.stream.per_partner:
            await to.hear(event, event_id=announced.id)
