"""Assembles matching: the only module that imports every part of it."""

from functools import partial
from typing import Final

from fastapi import FastAPI

from alongside_chassis.http import codes_router
from alongside_chassis.service import Service, build_app, install_codes
from alongside_contracts import streams
from alongside_matching.allocation.decision_purge import purge_decisions
from alongside_matching.api import UPLOADS, routers
from alongside_matching.catalogue.offer_cache_loader import OfferCacheLoader
from alongside_matching.context import MatchingContext
from alongside_matching.handlers import handlers
from alongside_matching.listings.rebuild import ListingsProjection
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import Settings


def build(settings: Settings) -> FastAPI:
    """Return the service as an ASGI application. Raises PolicyFileError."""
    return build_app(service(settings))


TAGS: Final = {
    "offers": "Supporters, groups and services that people can be referred to.",
    "supporters": "Supporters' agreements, certificates, trainings and signs of strain.",
    "groups": "Schedules of groups, their meetings and seats.",
    "proposals": "Offers that were asked, and their answers.",
    "decisions": "Why an offer was chosen, or none.",
    "contact routes": "Where notices for an offer go.",
}


def service(settings: Settings) -> Service:
    """Return the definition of the matching service for the chassis."""
    codes = install_codes(settings)
    policies = read_policies(settings.matching_policy_file)
    context = MatchingContext(policies)
    return Service(
        name=streams.MATCHING,
        title="Alongside matching",
        description="Proposes an offer for every referral, and holds a place at it until it answers.",
        tags=TAGS,
        settings=settings,
        handlers=handlers(context),
        hears=(streams.JOURNEY, streams.PEOPLE, streams.LISTINGS),
        uploads=UPLOADS,
        routers=(
            *routers(context),
            codes_router(codes),
        ),
        projection=lambda: ListingsProjection(policies),
        preparation=OfferCacheLoader(context.offer_cache),
        workers=(partial(purge_decisions, decision_days=settings.decision_days),),
    )
