"""Composition root of the referrals service: the only file that knows every other."""

from fastapi import FastAPI

from alongside_chassis.lifecycle import NotRebuilt
from alongside_chassis.service import Service, build_app
from alongside_contracts import streams
from alongside_referrals.api import router
from alongside_referrals.handlers import handlers
from alongside_referrals.policy_file import read_policies
from alongside_referrals.settings import Settings


def service(settings: Settings) -> Service:
    """The service, ready to be bolted to the chassis. Raises PolicyFileError."""
    policies = read_policies(settings.referral_policy_file)
    return Service(
        name=streams.REFERRALS,
        title="Alongside referrals",
        settings=settings,
        handlers=handlers(policies),
        hears=(streams.JOURNEY,),
        routers=(router(policies),),
        projection=NotRebuilt(
            "A referral's status is decided here, also by commands and due times that are on no stream; what the"
            " journey says of it was announced by this very service, and its timeline is the only whole record."
        ),
    )


def build(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    return build_app(service(settings))
