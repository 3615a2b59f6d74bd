"""Composition root of the referrals service: the only file that imports every other part."""

from typing import Final

from fastapi import FastAPI

from alongside_chassis.http import codes_router
from alongside_chassis.lifecycle import NotRebuilt
from alongside_chassis.service import Service, build_app, install_codes
from alongside_contracts import streams
from alongside_referrals.api import router
from alongside_referrals.handlers import handlers
from alongside_referrals.policy_file import read_policies
from alongside_referrals.settings import Settings

TAGS: Final = {
    "referrals": "Commands of the parties, and the referrals with their timelines.",
}


def service(settings: Settings) -> Service:
    """Return the service for the chassis. Raises PolicyFileError."""
    codes = install_codes(settings)
    policies = read_policies(settings.referral_policy_file)
    return Service(
        name=streams.REFERRALS,
        title="Alongside referrals",
        description="Decides the status of every referral, and keeps its history.",
        tags=TAGS,
        settings=settings,
        handlers=handlers(policies),
        hears=(streams.JOURNEY, streams.PEOPLE),
        routers=(router(policies), codes_router(codes)),
        projection=NotRebuilt(
            "This service decides a referral's status, also from commands and due times that are on no stream. The"
            " journey holds only what this service announced; the timeline is the only complete record."
        ),
    )


def build(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application."""
    return build_app(service(settings))
