"""Submissions of sample partners: plausible people of the region, all of whom intake can admit."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count as counted
from itertools import islice
from random import Random
from typing import Any, Final

from alongside_contracts.codes import installed
from alongside_contracts.intake import Consent, Readiness, SubmissionReceived
from alongside_contracts.vocabulary import (
    AgeBand,
    ConsentDecision,
    Format,
    Hope,
    Mode,
    Need,
    Setting,
    Urgency,
)
from alongside_localstack.sample.needs import HOPES, draw_needs, needs_seen_in
from alongside_localstack.sample.partners import SamplePartner
from alongside_localstack.sample.places import places, sample_region
from alongside_localstack.sample.randomness import chance, choose_one, choose_some, seeded_random

RUN: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")
SEED_MAX: Final = 2**32 - 1
_COMPANY: Final = (Hope.EMOTIONAL_SUPPORT, Hope.CONNECTION)

_AGES: Final[Mapping[AgeBand, float]] = {
    AgeBand.FROM_13_TO_17: 4,
    AgeBand.FROM_18_TO_25: 18,
    AgeBand.FROM_26_TO_64: 60,
    AgeBand.FROM_65: 18,
}
_AGES_OF: Final[Mapping[Setting, Mapping[AgeBand, float]]] = {
    Setting.CRIMINAL_JUSTICE: {
        AgeBand.FROM_18_TO_25: 32,
        AgeBand.FROM_26_TO_64: 64,
        AgeBand.FROM_65: 4,
    },
    Setting.EDUCATION: {AgeBand.FROM_13_TO_17: 70, AgeBand.FROM_18_TO_25: 30},
}
_FORMATS: Final[Mapping[tuple[Format, ...], float]] = {
    (): 35,
    (Format.ONE_TO_ONE,): 35,
    (Format.ONE_TO_ONE, Format.GROUP): 15,
    (Format.GROUP,): 10,
    (Format.GROUP, Format.WORKSHOP): 3,
    (Format.ONLINE_COMMUNITY, Format.GROUP): 2,
}
_MODES: Final[Mapping[tuple[Mode, ...], float]] = {
    (): 35,
    (Mode.IN_PERSON, Mode.PHONE): 25,
    (Mode.PHONE, Mode.VIDEO): 15,
    (Mode.IN_PERSON,): 15,
    (Mode.PHONE, Mode.TEXT): 10,
}
_URGENCIES: Final[Mapping[Urgency, float]] = {Urgency.ROUTINE: 88, Urgency.URGENT: 12}
_HOW_MANY_NEEDS: Final[Mapping[int, float]] = {1: 50, 2: 35, 3: 15}
_COMFORT: Final[Mapping[int, float]] = {1: 4, 2: 12, 3: 34, 4: 32, 5: 18}
_MINORS: Final = frozenset({AgeBand.UNDER_13, AgeBand.FROM_13_TO_17})
_CONSENT_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Series:
    """A series of submissions: the same seed gives the same content, another `run` other references and people.

    `run`, 1 to 20 lower-case letters, digits and inner hyphens, distinguishes runs on the same stack. `now` is the time of
    submission: consents were signed shortly before and last a year. Raises ValueError for any other `run`, and for a
    seed beyond 32 bits: both are part of references, whose length is limited.
    """

    run: str
    seed: int
    now: datetime

    def __post_init__(self) -> None:
        """Raise ValueError for a `run` or `seed` that cannot be part of a reference."""
        if not RUN.fullmatch(self.run) or not 0 <= self.seed <= SEED_MAX:
            raise ValueError(
                "name a run with 1 to 20 lower-case letters, digits and inner hyphens, and seed it with 0 to 2³²-1"
            )

    def reference(self, partner: SamplePartner, index: int) -> str:
        """Return the partner's reference for its `index`-th referral: `smh-run7-1-0003`."""
        return f"{partner.prefix}-{self.run}-{self.seed}-{index:04d}"


def submissions(
    partner: SamplePartner, series: Series, count: int | None = None
) -> Iterator[SubmissionReceived]:
    """Yield the first `count` submissions of a partner in a series; without `count` endlessly."""
    return islice((submission(partner, series, index) for index in counted(1)), count)


def submission(partner: SamplePartner, series: Series, index: int) -> SubmissionReceived:
    """Return one submission, independent of all others."""
    rng = seeded_random("submission", partner.id, series.seed, index)
    needs = draw_needs(rng, needs_seen_in(partner.setting), how_many=choose_one(rng, _HOW_MANY_NEEDS))
    age_band = choose_one(rng, _AGES_OF.get(partner.setting, _AGES))
    reference = series.reference(partner, index)
    return SubmissionReceived(
        reference=reference,
        person_reference=f"p-{reference}",
        setting=partner.setting,
        region=partner.region,
        postal_code=rng.choice(places(partner.region)).postal_code,
        needs=needs,
        languages=choose_one(rng, sample_region(partner.region).languages),
        consent=_consent(rng, needs, series.now),
        age_band=age_band,
        guardian_consent=age_band in _MINORS,
        **_preferences(rng, needs),
    )


def contact_email(person_reference: str) -> str:
    """Return an address for a person reference that nobody can own: `.example` is reserved (RFC 2606)."""
    return f"{person_reference}@people.example"


def contact_route(person_reference: str) -> dict[str, Any]:
    """Return the body of intake's `PUT /people/{partner}/{person_reference}/contact-route`."""
    return {"email": contact_email(person_reference), "safe_voicemail": False, "neutral_sender": True}


def _preferences(rng: Random, needs: tuple[Need, ...]) -> dict[str, Any]:
    """Draw the person's preferences: hopes, formats, modes, urgency, needs to avoid, readiness."""
    hopes = dict.fromkeys((*HOPES.get(needs[0], ()), *_COMPANY))
    others = tuple(code.code for code in installed().offered("needs") if code.code not in needs)
    return {
        "hopes": choose_some(rng, tuple(hopes), most=2),
        "formats": choose_one(rng, _FORMATS),
        "modes": choose_one(rng, _MODES),
        "urgency": choose_one(rng, _URGENCIES),
        "avoid_needs": (rng.choice(others),) if chance(rng, 0.06) else (),
        "readiness": _readiness(rng) if chance(rng, 0.7) else None,
    }


def _consent(rng: Random, needs: tuple[Need, ...], now: datetime) -> Consent:
    """Return a consent with all fields of 42 CFR Part 2; a protected category only for a need it protects."""
    signed_at = now - timedelta(hours=rng.randint(1, 72))
    protected = tuple(sorted(installed().consent_categories(needs)))
    return Consent(
        decision=ConsentDecision.GIVEN,
        categories=("needs", "contact", *protected),
        method=rng.choice(("written", "electronic", "verbal")) if not protected else "written",
        signed_at=signed_at,
        expires_at=signed_at + timedelta(days=_CONSENT_DAYS),
    )


def _readiness(rng: Random) -> Readiness:
    return Readiness(
        comfort_sharing=choose_one(rng, _COMFORT),
        comfort_listening=choose_one(rng, _COMFORT),
        wants_professional_help_instead=chance(rng, 0.05),
    )
