"""Rules on consent, which is a record and not a flag: they name what the record lacks.

A consent that names nothing covers nothing: it must name the needs, have been signed by now, and last beyond that.
Which needs are protected, which ages are minors and which formats are one-to-one is in the code lists.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from alongside_contracts.codes.code_lists import Codes
from alongside_intake.domain.age import may_be_minor
from alongside_intake.domain.facts import REFERRAL, SELF, ConsentRecord, Facts
from alongside_intake.domain.problem import Code, Problem

NEEDS: Final = "needs"
"""The category without which a consent discloses nothing: every submission names needs."""
CLOCK_SKEW_MAX: Final = timedelta(minutes=5)
"""How far the clock on which a consent was signed may be ahead of ours: the usual tolerance between synchronised machines
(Kerberos, RFC 4120). Beyond it the signing has not happened yet, or its time is wrong."""


def consent_problems(facts: Facts, codes: Codes, now: datetime) -> Iterator[Problem]:
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
            yield from _gaps(facts, consent, codes, now)


def guardian_problems(facts: Facts, codes: Codes) -> Iterator[Problem]:
    """Yield a problem when a person who may be under 18 could meet an adult one-to-one without a guardian's consent."""
    may_be_one_to_one = not facts.formats or one_to_one_formats(facts, codes)
    if may_be_one_to_one and not facts.guardian_consent and may_be_minor(facts, codes):
        yield Problem(
            Code.GUARDIAN_CONSENT_MISSING,
            "guardian_consent",
            "add a guardian's consent, or name formats other than one-to-one",
        )


def one_to_one_formats(facts: Facts, codes: Codes) -> frozenset[str]:
    """Return the formats of a submission in which a person meets one other alone; an unknown format may be one."""
    formats = codes["formats"].codes
    return frozenset(code for code in facts.formats if code not in formats or formats[code].one_to_one)


def _gaps(facts: Facts, consent: ConsentRecord, codes: Codes, now: datetime) -> Iterator[Problem]:
    protected = codes.consent_categories(facts.needs)
    yield from _gaps_in_time(consent, now, signature_required=bool(protected))
    if consent.purpose != REFERRAL:
        yield _missing("purpose", "ask for consent to a referral to peer support, and add it")
    if NEEDS not in consent.categories:
        yield _missing(
            "categories", "ask for consent to disclose the person's needs, and add the category needs"
        )
    for category in sorted(protected - consent.categories):
        yield _missing("categories", _category_remedy(category, facts, codes))


def _gaps_in_time(consent: ConsentRecord, now: datetime, *, signature_required: bool) -> Iterator[Problem]:
    """Yield what is wrong with the times of signing and expiry. 42 CFR Part 2 requires the date of the signature."""
    signed_at, expires_at = consent.signed_at, consent.expires_at
    if signed_at is None and signature_required:
        yield _missing("signed_at", "add when it was signed: the law that protects these data asks for it")
    if signed_at is not None and signed_at > now + CLOCK_SKEW_MAX:
        yield _missing("signed_at", "send the time at which it was signed: this one has not come yet")
    if expires_at is not None and signed_at is not None and expires_at <= signed_at:
        yield _missing("expires_at", "send the consent as it was signed: this one ends before it begins")
    elif expires_at is not None and expires_at <= now:
        yield _missing("expires_at", "ask for consent again: this one has expired")


def _missing(field: str, remedy: str) -> Problem:
    return Problem(Code.CONSENT_MISSING, f"consent.{field}", remedy)


def _category_remedy(category: str, facts: Facts, codes: Codes) -> str:
    remedy = f"ask for consent to disclose {category} data by name, as the law that protects them asks, and add the category"
    if facts.needs <= codes["needs"].names:
        return remedy
    return f"{remedy}; a need is not known in this release, so it counts as protected"
