"""Recognises support for families and friends: it is never proposed to the person whom they care about."""

import re
from typing import Final

from alongside_contracts.vocabulary import Need
from alongside_publishers.texts import fold

_FELLOWSHIPS: Final = re.compile(
    r"\b(?:al|nar|gam|co|dep|chem)[ -]{0,3}anon\b|(?<![\w'])s-anon\b|\b(?:al|nar|gam)[ -]{0,3}ateen\b|\bala[ -]{0,3}teen\b|\bgamateen\b"
    r"|\bfamilies anonymous\b|\badult children of alcoholics\b|\bacoa\b"
)
_KIN: Final = r"(?:famil(?:y|ies)(?: members?)?|friends?|loved ones?|relatives?|spouses?|wives|husbands|siblings|significant others?)"
_CONDITION: Final = r"(?:alcoholi|addict|drug|substance|gambl|mental|problem drinker|inmate|prisoner|suicid)"
_FOR_FAMILIES: Final = re.compile(
    rf"\b{_KIN}(?:(?: ?/ ?| ?& ?| and | or |, )+{_KIN})+\b"
    r"|\b(?:family members|families|loved ones?|relatives|spouses|wives|husbands|siblings) (?:of|affected by|living with)\b"
    rf"|\b(?:family|friends|parents|children|partners) of (?:(?:an?|the|adult|someone with|people with|persons with|individuals with) )*{_CONDITION}"
    r"|\bfamily support groups?\b|\bfamily-to-family\b|\bconcerned (?:others|significant others)\b"
    r"|\bfamiliares (?:y amigos|de)\b|\bfamilias y amigos\b|\bgrupos? de familia\b"
)
_FOR_BOTH: Final = re.compile(
    rf"\b(?:individuals|patients|clients|adults|survivors|persons|people|members)(?: ?& ?| and |, )(?:their )?{_KIN}\b"
    r"|\b(?:aa|na|alcoholics anonymous|narcotics anonymous)\b"
)
"""Names of what is for the person too."""
_OF_THE_PERSON: Final = frozenset(
    {Need.ANXIETY, Need.DEPRESSION, Need.PTSD, Need.BIPOLAR, Need.PSYCHOSIS, Need.HEARING_VOICES, Need.TRAUMA}
    | {Need.SUBSTANCE_USE, Need.ALCOHOL, Need.OPIOIDS, Need.EATING, Need.SELF_HARM, Need.CHRONIC_ILLNESS}
    | {Need.DISABILITY, Need.REENTRY, Need.DOMESTIC_VIOLENCE, Need.LGBTQ, Need.VETERAN}
)
"""Needs of the person whom families and friends care about. Grief and parenting, for example, are not among them."""


def is_fellowship_of_families(name: str) -> bool:
    """Return whether a name is that of a fellowship for families and friends, such as Al-Anon or Alateen."""
    return _FELLOWSHIPS.search(fold(name)) is not None


def for_families(name: str) -> bool:
    """Return whether a name or term says that something is for families or friends."""
    folded = fold(name)
    if _FELLOWSHIPS.search(folded):
        return True
    return _FOR_FAMILIES.search(folded) is not None and _FOR_BOTH.search(folded) is None


def needs_of_families(needs: frozenset[Need]) -> frozenset[Need]:
    """Return the needs of families where a term names these: what they need themselves, and caregiving unless they grieve."""
    families = needs - _OF_THE_PERSON
    return families if Need.GRIEF in families else families | {Need.CAREGIVING}


def needs_of_the_person(codes: frozenset[str]) -> frozenset[str]:
    """Return which of these codes are needs of the person whom families and friends care about."""
    return codes & frozenset(need.value for need in _OF_THE_PERSON)
