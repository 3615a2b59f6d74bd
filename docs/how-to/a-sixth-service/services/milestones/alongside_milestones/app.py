"""Composition root of the milestones service: the only file that knows every other."""

from fastapi import FastAPI

from alongside_chassis.service import Service, build_app
from alongside_contracts import streams
from alongside_milestones.handlers import handlers
from alongside_milestones.settings import Settings


def service(settings: Settings) -> Service:
    """Describe the service to the chassis."""
    return Service(
        name=streams.MILESTONES,
        title="Alongside milestones",
        settings=settings,
        handlers=handlers(),
        hears=(streams.JOURNEY,),
    )


def build(settings: Settings) -> FastAPI:
    """Build the service as an ASGI application."""
    return build_app(service(settings))
