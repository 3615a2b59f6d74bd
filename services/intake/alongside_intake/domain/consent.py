"""Rules on consent, which is a record and not a flag: they name what the record lacks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from alongside_intake.domain.facts import SELF, ConsentRecord, Facts
from alongside_intake.domain.problem import Code, Problem

PROTECTED_NEEDS: Final = frozenset({"substance-use", "alcohol", "opioids"})
"""Needs whose disclosure 42 CFR Part 2 protects: a general consent does not cover them."""
PROTECTED_CATEGORY: Final = "substance-use"

MINOR_AGE_BANDS: Final = frozenset({"under-13", "13-17"})
ONE_TO_ONE: Final = "one-to-one"


def consent_problems(facts: Facts, now: datetime) -> Iterator[Problem]:
    """Yield the problems that forbid disclosing this submission to the network.

    A person who asks for themself consents by asking; a consent record they add is checked like any other.
    """
    match facts.consent:
        case None if facts.setting == SELF:
            return
        case None:
            yield Problem(
                Code.CONSENT_MISSING,
                "consent",
                "ask the person for consent to refer them, and add the record",
            )
        case ConsentRecord(given=False):
            yield Problem(
                Code.CONSENT_REFUSED,
                "consent.decision",
                "do not refer; submit again if the person agrees later",
            )
        case ConsentRecord() as consent:
            yield from _gaps(facts, consent, now)


def guardian_problems(facts: Facts) -> Iterator[Problem]:
    """Yield a problem when a person under 18 could meet an adult one-to-one without a guardian's consent on record."""
    may_be_one_to_one = not facts.formats or ONE_TO_ONE in facts.formats
    if facts.age_band in MINOR_AGE_BANDS and may_be_one_to_one and not facts.guardian_consent:
        yield Problem(
            Code.GUARDIAN_CONSENT_MISSING,
            "guardian_consent",
            "add a guardian's consent, or name formats other than one-to-one",
        )


def _gaps(facts: Facts, consent: ConsentRecord, now: datetime) -> Iterator[Problem]:
    if consent.expires_at is not None and consent.expires_at <= now:
        yield Problem(
            Code.CONSENT_MISSING, "consent.expires_at", "ask for consent again: this one has expired"
        )
    if facts.needs & PROTECTED_NEEDS and PROTECTED_CATEGORY not in consent.categories:
        yield Problem(
            Code.CONSENT_MISSING,
            "consent.categories",
            "ask for consent to disclose substance-use data by name (42 CFR Part 2), and add the category",
        )
