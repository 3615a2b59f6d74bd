"""Rules on the readiness check: its answers may suggest a gentler start, and never exclude a person."""

from enum import StrEnum

from alongside_contracts.codes.code_lists import Codes
from alongside_intake.domain.consent import one_to_one_formats
from alongside_intake.domain.facts import Facts, RegionPolicy


class Suggestion(StrEnum):
    """A lighter way to begin, or another kind of help; the person decides."""

    ONLINE_COMMUNITY_FIRST = "online-community-first"
    ONE_TO_ONE_FIRST = "one-to-one-first"
    PROFESSIONAL_SERVICE = "professional-service"


def suggestions(facts: Facts, policy: RegionPolicy, codes: Codes) -> tuple[Suggestion, ...]:
    """Return suggestions: an online community when sharing is hard, one-to-one when listening to a group is too much."""
    answers = facts.readiness
    if answers is None:
        return ()
    suggested = []
    if answers.wants_professional_help_instead:
        suggested.append(Suggestion.PROFESSIONAL_SERVICE)
    if answers.comfort_sharing < policy.comfort_sharing_min:
        suggested.append(Suggestion.ONLINE_COMMUNITY_FIRST)
    only_one_to_one = bool(facts.formats) and one_to_one_formats(facts, codes) == facts.formats
    if answers.comfort_listening < policy.comfort_listening_min and not only_one_to_one:
        suggested.append(Suggestion.ONE_TO_ONE_FIRST)
    return tuple(suggested)
