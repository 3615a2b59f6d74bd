"""Intake's and matching's rules, policies and forms, for tests of the sample."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import alongside_intake.policy_file
import alongside_matching.policy_file
from alongside_contracts.codes import installed
from alongside_contracts.intake import Submission
from alongside_intake.domain.decide import Decision, decide
from alongside_intake.domain.facts import Policies, PriorRecords
from alongside_intake.submissions.record import facts_of, request_of
from alongside_localstack.sample.offers import SampleOffer, offers
from alongside_matching.engine.facts import Offer, Request
from alongside_matching.engine.policy import Policy
from alongside_matching.engine.ranking import rank

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEED = 7


def decision_of(submission: Submission, known: PriorRecords | None = None) -> Decision:
    """Decide a submission as intake does."""
    return decide(facts_of(submission), intake_policies(), known or PriorRecords(), NOW)


@cache
def intake_policies() -> Policies:
    """Read the regions that intake serves."""
    file = Path(str(files("alongside_intake").joinpath("policies/regions.json")))
    return alongside_intake.policy_file.read_policies(file, installed())


@cache
def matching_policy(region: str) -> Policy:
    """Read matching's policy for a region."""
    file = Path(str(files("alongside_matching").joinpath("policies/regions.json")))
    return alongside_matching.policy_file.read_policies(file).of(region)


def pool(region: str) -> list[Offer]:
    """Return a sample region's offers as matching stores them, without proposals."""
    return [_as_matching_sees(offer, number) for number, offer in enumerate(offers(region, SEED), start=1)]


def request_for(submission: Submission) -> Request:
    """Return the request that matching gets for a submission."""
    asked = request_of(submission)
    return Request(
        referral_id=UUID(int=0),
        region=asked.region,
        needs=frozenset(asked.needs),
        languages=asked.languages,
        formats=frozenset(asked.formats),
        modes=frozenset(asked.modes),
        urgency=asked.urgency.value,
        age_band=asked.age_band.value if asked.age_band else None,
        avoid_needs=frozenset(asked.avoid_needs),
        guardian_consent=submission.guardian_consent,
    )


def matched(submissions: Iterable[Submission], offered: list[Offer]) -> list[Offer | None]:
    """Match the submissions one after the other; None for a waitlisted one."""
    found: list[Offer | None] = []
    for submission in submissions:
        policy = matching_policy(submission.region)
        ranking = rank(offered, request_for(submission), policy, NOW.date(), top=1)
        named = {candidate.offer_id for candidate in ranking.candidates}
        chosen = next((offer for offer in offered if offer.id in named), None)
        if chosen is not None:
            offered[offered.index(chosen)] = replace(chosen, taken=chosen.taken + 1)
        found.append(chosen)
    return found


def _as_matching_sees(offer: SampleOffer, number: int) -> Offer:
    return Offer(
        id=UUID(int=number),
        kind=offer.kind.value,
        region=offer.region.id,
        needs=frozenset(need.value for need in offer.needs),
        languages=frozenset(offer.languages),
        formats=frozenset(form.value for form in offer.formats),
        modes=frozenset(mode.value for mode in offer.modes),
        age_bands=frozenset(band.value for band in offer.age_bands),
        capacity=offer.capacity,
    )
