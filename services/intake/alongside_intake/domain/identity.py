"""Rules on what the references of a submission prove: which person it is about, and which submission it repeats.

1. **A placeholder identifies nobody.** Two strangers who are both called `unknown` are two people, and two referrals with that
   reference are two referrals.
2. **Only a partner writes on its stream**, so its references are proof. Over the public API nobody logs in: there a reference
   to a person is proof only when nobody could guess it, and a repeat is one only for the same person.
"""

import re
from collections.abc import Iterator
from typing import Final

from alongside_contracts.codes.code_lists import Codes
from alongside_intake.domain.facts import Facts, Identity, PriorRecords
from alongside_intake.domain.problem import Code, Problem

UNGUESSABLE_DIGITS_MIN: Final = 16
"""Hexadecimal digits in a row: 64 bits, of which a million guesses a second would find one in some 300,000 years. A UUID
has 32. Other tokens are not recognised: a name with a year has as many letters and digits, and is guessed at once."""
DIFFERENT_DIGITS_MIN: Final = 6
"""Fewer are a counter with zeros before it. Of 16 random digits so few are different once in 30,000 times."""
_TOKEN: Final = re.compile(
    rf"[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[0-9a-f]{{{UNGUESSABLE_DIGITS_MIN},}}"
)


def identify(reference: str, person_reference: str, codes: Codes, *, is_public: bool) -> Identity:
    """Return what two references prove. `is_public`: they came over the public API, and not on a partner's stream."""
    fields = {"reference": reference, "person_reference": person_reference}
    placeholders = frozenset(name for name, text in fields.items() if text in codes.placeholders)
    finds_person = "person_reference" not in placeholders and _leads_to_person(person_reference, is_public)
    is_repeatable = finds_person or not is_public
    return Identity(placeholders, finds_person, is_repeatable and "reference" not in placeholders)


def finds_person_by(person_reference: str, codes: Codes, *, is_public: bool) -> bool:
    """Return whether a reference leads to the person for whom it was used before."""
    return person_reference not in codes.placeholders and _leads_to_person(person_reference, is_public)


def _leads_to_person(person_reference: str, is_public: bool) -> bool:
    return not is_public or is_unguessable(person_reference)


def is_unguessable(reference: str) -> bool:
    """Return whether a reference holds a random token: a UUID, or enough hexadecimal digits, letters among them."""
    tokens = (token.replace("-", "") for token in _TOKEN.findall(reference.lower()))
    return any(len(set(token)) >= DIFFERENT_DIGITS_MIN and not token.isdigit() for token in tokens)


def identity_problems(facts: Facts) -> Iterator[Problem]:
    """Yield a problem for each reference that is a placeholder."""
    if "reference" in facts.identity.placeholders:
        yield Problem(
            Code.REFERENCE_MISSING,
            "reference",
            "add your own id of this referral, or send it again with one: a placeholder was sent",
        )
    if "person_reference" in facts.identity.placeholders:
        yield Problem(
            Code.PERSON_REFERENCE_MISSING,
            "person_reference",
            "add your own id of this person, or send it again with the same reference and that id: a placeholder was sent",
        )


def proven_records(prior: PriorRecords, identity: Identity) -> PriorRecords:
    """Return the records that are the submission's own as far as its references prove it; the others are a stranger's."""
    return PriorRecords(
        current=prior.current if identity.finds_submission else None,
        escalations=prior.escalations if identity.finds_submission else (),
        open_referrals=prior.open_referrals if identity.finds_person else (),
    )
