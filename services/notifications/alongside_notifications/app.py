"""Composition root: the only file that imports every other part."""

import asyncio
from typing import Final

from fastapi import FastAPI

from alongside_chassis.http import codes_router
from alongside_chassis.lifecycle import Runtime
from alongside_chassis.service import Service, Worker, build_app, install_codes
from alongside_contracts import streams
from alongside_notifications import store
from alongside_notifications.api import crisis_router, inbox_router, notices_router
from alongside_notifications.handlers import notifications_handlers
from alongside_notifications.rebuild.projection import InboxProjection
from alongside_notifications.sending.contact_lookup import ContactLookup, open_client
from alongside_notifications.sending.delivery import DeliveryLane, DeliveryOptions
from alongside_notifications.sending.mail import MailRelay
from alongside_notifications.sending.mail_of_release_before import adopt_mail
from alongside_notifications.sending.metrics import MailMetrics
from alongside_notifications.settings import Settings

COUNT_SECONDS: Final = 5.0


def build(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application."""
    return build_app(service(settings))


TAGS: Final = {
    "notices": "Every notice, and what became of it.",
    "inbox": "Each recipient's notices as text.",
    "crisis": "Crises that wait for a coordinator.",
}


def service(settings: Settings) -> Service:
    """Return the service with its handlers, routes, projection and workers."""
    codes = install_codes(settings)
    metrics = MailMetrics()
    return Service(
        name="notifications",
        title="Alongside notifications",
        description="Decides who is notified of what, and sends it.",
        tags=TAGS,
        settings=settings,
        handlers=notifications_handlers(ladders=settings.ladders, crisis_step=settings.crisis_step),
        hears=(streams.JOURNEY, streams.CRISIS, streams.PEOPLE),
        routers=(
            notices_router(),
            inbox_router(link_base=settings.link_base_url),
            crisis_router(),
            codes_router(codes),
        ),
        projection=lambda: InboxProjection(settings.ladders),
        workers=(
            _mail_worker(settings, metrics, urgent=True),
            _mail_worker(settings, metrics, urgent=False),
            _queue_watcher(metrics),
            adopt_mail,
        ),
    )


def delivery(
    runtime: Runtime, settings: Settings, metrics: MailMetrics, lookup: ContactLookup, *, urgent: bool
) -> DeliveryLane:
    """Return one lane of the mail worker."""
    return DeliveryLane(
        runtime,
        urgent=urgent,
        relay=MailRelay(
            host=settings.smtp_host,
            port=settings.smtp_port,
            seconds_max=settings.send_seconds_max,
            tls=settings.smtp_tls,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
        ),
        lookup=lookup,
        metrics=metrics,
        options=DeliveryOptions(
            sender=settings.mail_sender,
            link_base=settings.link_base_url,
            retry_policy=settings.retry_policy,
            lease=settings.lease,
            destinations_at_once_max=settings.destinations_at_once_max,
            notices_per_destination_max=settings.notices_per_destination_max,
            poll_seconds=settings.mail_poll_seconds,
        ),
    )


def _mail_worker(settings: Settings, metrics: MailMetrics, *, urgent: bool) -> Worker:
    async def send_mail(runtime: Runtime) -> None:
        token, seconds_max = settings.service_token.get_secret_value(), settings.lookup_seconds_max
        async with open_client(service_token=token, seconds_max=seconds_max) as client:
            lookup = ContactLookup(
                client,
                intake_url=settings.intake_url,
                matching_url=settings.matching_url,
                coordinators=settings.coordinator_addresses,
                seconds_max=seconds_max,
            )
            await delivery(runtime, settings, metrics, lookup, urgent=urgent).run()

    return send_mail


def _queue_watcher(metrics: MailMetrics) -> Worker:
    async def count_waiting_mail(runtime: Runtime) -> None:
        metrics.register_on(runtime.dependencies.metrics.registry)
        while True:
            async with runtime.read() as conn:
                metrics.set_waiting(await store.count_waiting(conn))
            await asyncio.sleep(COUNT_SECONDS)

    return count_waiting_mail
