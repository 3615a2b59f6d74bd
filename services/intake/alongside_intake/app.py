"""Intake's composition root: the only file that imports every other part."""

from typing import Final

from fastapi import FastAPI

from alongside_chassis.http import codes_router
from alongside_chassis.service import Service, build_app, install_codes
from alongside_contracts import streams
from alongside_intake.api import intake_router
from alongside_intake.danger.api import PROBLEM_MEMBERS
from alongside_intake.danger.hearing import DangerHearing
from alongside_intake.danger.words import RiskWords
from alongside_intake.handlers import intake_handlers
from alongside_intake.partners.summarising import SummariesOfAll
from alongside_intake.people.erasure import Erasure
from alongside_intake.people.vault import Vault
from alongside_intake.policy_file import read_policies
from alongside_intake.rebuild.projection import OpenReferralsProjection
from alongside_intake.settings import Settings
from alongside_intake.submissions.service import SubmissionService

TAGS: Final = {
    "submissions": "Submit, complete, withdraw and clear submissions, and read their decisions.",
    "regions": "The regions of the network.",
    "partners": "The organisations that refer.",
    "people": "How to reach people, and their erasure.",
}


def service(settings: Settings) -> Service:
    """Return intake with all its parts. Raises PolicyFileError or CodesError when policies or code lists cannot be used."""
    codes = install_codes(settings)
    policies = read_policies(settings.region_policy_file, codes)
    vault = Vault(settings.master_key)
    danger = DangerHearing(policies, RiskWords(vault))
    submissions = SubmissionService(policies, danger)
    erasure = Erasure(vault)
    return Service(
        name=streams.INTAKE,
        title="Alongside intake",
        description="Decides every submission once, and keeps what was said about a person and how to reach them.",
        tags=TAGS,
        problem_members=PROBLEM_MEMBERS,
        settings=settings,
        handlers=intake_handlers(submissions, erasure),
        hears=(streams.PARTNER_REFERRALS, streams.JOURNEY, streams.PEOPLE),
        projection=OpenReferralsProjection,
        preparation=SummariesOfAll(),
        uploads={r"/submissions/?|/submissions/[^/]+/(consent|withdrawal|clear)": None},
        routers=(intake_router(submissions, erasure), codes_router(codes)),
    )


def build(settings: Settings) -> FastAPI:
    """Return intake as an ASGI application."""
    return build_app(service(settings))
