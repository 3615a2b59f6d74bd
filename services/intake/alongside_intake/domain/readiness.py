""" "Is peer support right for me, now?": the answers suggest a gentler start, and never close the door."""

from enum import StrEnum

from alongside_intake.domain.consent import ONE_TO_ONE
from alongside_intake.domain.facts import Facts, RegionPolicy


class Suggestion(StrEnum):
    """A lighter way to begin, or another kind of help; the person decides."""

    ONLINE_COMMUNITY_FIRST = "online-community-first"
    ONE_TO_ONE_FIRST = "one-to-one-first"
    PROFESSIONAL_SERVICE = "professional-service"


def suggestions(facts: Facts, policy: RegionPolicy) -> tuple[Suggestion, ...]:
    """What to suggest: reading along when sharing is hard, one listener when a group is too much to listen to."""
    answers = facts.readiness
    if answers is None:
        return ()
    found = []
    if answers.wants_professional_help_instead:
        found.append(Suggestion.PROFESSIONAL_SERVICE)
    if answers.comfort_sharing < policy.comfort_sharing_min:
        found.append(Suggestion.ONLINE_COMMUNITY_FIRST)
    if answers.comfort_listening < policy.comfort_listening_min and facts.formats != {ONE_TO_ONE}:
        found.append(Suggestion.ONE_TO_ONE_FIRST)
    return tuple(found)
