"""Further attributes of sample supporters and groups: interests, availability, certificates, schedules."""

from collections.abc import Mapping
from random import Random
from typing import Any, Final

from alongside_contracts.codes import installed
from alongside_contracts.vocabulary import Endorsement, Identity, Need
from alongside_localstack.sample.randomness import chance, choose_one, choose_some

ZONE: Final = "America/New_York"
"""The time zone of both sample regions."""

_EVENINGS: Final[Mapping[tuple[str, str], float]] = {
    ("17:00", "20:00"): 3,
    ("18:00", "21:00"): 5,
    ("19:00", "22:00"): 2,
}
_DAYTIMES: Final[Mapping[tuple[str, str], float]] = {
    ("09:00", "12:00"): 2,
    ("10:00", "14:00"): 2,
    ("13:00", "17:00"): 1,
}
_WEEK: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_ENDORSEMENT_BY_NEED: Final[Mapping[Need, Endorsement]] = {
    Need.SUBSTANCE_USE: Endorsement.SUBSTANCE_USE_RECOVERY,
    Need.ALCOHOL: Endorsement.SUBSTANCE_USE_RECOVERY,
    Need.OPIOIDS: Endorsement.SUBSTANCE_USE_RECOVERY,
    Need.REENTRY: Endorsement.FORENSIC,
    Need.VETERAN: Endorsement.VETERAN,
    Need.PARENTING: Endorsement.FAMILY,
}
_IDENTITY_BY_NEED: Final[Mapping[Need, Identity]] = {
    Need.LGBTQ: Identity.LGBTQ,
    Need.VETERAN: Identity.VETERAN,
    Need.PARENTING: Identity.PARENT,
    Need.DISABILITY: Identity.DISABLED,
}
_CERTIFIED_SHARE: Final = 0.4
_HYBRID_EVERY: Final[Mapping[str, float]] = {"week": 75, "fortnight": 15, "month": 10}


def supporter_attributes(rng: Random, needs: tuple[Need, ...]) -> dict[str, Any]:
    """Return interests, identities, hopes, availability, trainings, and for some a certificate."""
    certified = chance(rng, _CERTIFIED_SHARE)
    return {
        "hopes": list(choose_some(rng, _codes_of("hopes"), most=3)),
        "interests": list(choose_some(rng, _codes_of("interests"), most=4)),
        "identities": _identities(rng, needs),
        "availability": _availability(rng),
        "reach_km": rng.choice((8.0, 15.0, 25.0, 40.0)),
        "hours_per_week_max": float(rng.randint(4, 12)),
        "supervisor": None,
        "certificates": [_certificate(rng, needs)] if certified else [],
        "trainings": [
            {
                "topic": topic,
                "hours": rng.choice((4, 6, 8, 16)),
                "completed_on": f"2025-{rng.randint(1, 12):02}-15",
            }
            for topic in ("ethics-and-boundaries", "cultural-sensitivity")
        ],
        "check_required": True,
        "checked_until": "2035-12-31",
    }


def _codes_of(name: str) -> tuple[str, ...]:
    return tuple(code.code for code in installed().offered(name))


def group_schedule(rng: Random, *, seats: int | None) -> dict[str, Any]:
    """Return a group's schedule, as the body of matching's `PUT /groups/{id}/schedule`."""
    every = choose_one(rng, _HYBRID_EVERY)
    return {
        "zone": ZONE,
        "starts_on": "2026-01-05",
        "at": f"{rng.randint(10, 19):02}:{rng.choice(('00', '30'))}:00",
        "minutes": rng.choice((60, 75, 90)),
        "every": every,
        "weekdays": [rng.choice(_WEEK)],
        "nth": [rng.choice((1, 2, 3, -1))] if every == "month" else [],
        "seats": seats,
        "facilitators_min": 1,
    }


def _identities(rng: Random, needs: tuple[Need, ...]) -> list[str]:
    gender = choose_one(rng, {Identity.WOMAN: 55, Identity.MAN: 40, Identity.NON_BINARY: 5})
    own = [_IDENTITY_BY_NEED[need] for need in needs if need in _IDENTITY_BY_NEED]
    more = choose_some(
        rng, (Identity.LATINO, Identity.BLACK, Identity.IMMIGRANT, Identity.OLDER_ADULT), most=2
    )
    return [identity.value for identity in dict.fromkeys((gender, *own, *more))]


def _availability(rng: Random) -> list[dict[str, str]]:
    """Draw two to four weekdays, mostly evenings: one window a day, so that none overlap."""
    days = rng.sample(_WEEK, k=rng.randint(2, 4))
    windows = [choose_one(rng, _DAYTIMES if chance(rng, 0.25) else _EVENINGS) for _ in days]
    days_with_windows = zip(days, windows, strict=True)
    return [{"weekday": day, "starts": starts, "ends": ends} for day, (starts, ends) in days_with_windows]


def _certificate(rng: Random, needs: tuple[Need, ...]) -> dict[str, str]:
    fitting = [_ENDORSEMENT_BY_NEED[need] for need in needs if need in _ENDORSEMENT_BY_NEED]
    endorsement = fitting[0] if fitting else Endorsement.ADULT_MENTAL_HEALTH
    return {
        "issuer": "Sample certification board",
        "endorsement": endorsement.value,
        "issued_on": f"2025-{rng.randint(1, 12):02}-01",
        "expires_on": "2035-12-31",
    }
