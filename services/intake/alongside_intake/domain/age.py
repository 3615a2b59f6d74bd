"""Rules on a missing age band: absent is not permission, so a person from a school is no adult until somebody says so.

Matching knows no setting and takes a person without an age band for an adult: it relies on these rules, by which intake
never admits one from such a setting.
"""

from collections.abc import Iterator

from alongside_contracts.codes.code_lists import Codes
from alongside_contracts.vocabulary import MINOR_AGE_BANDS
from alongside_intake.domain.facts import Facts
from alongside_intake.domain.problem import Code, Problem


def age_problems(facts: Facts, codes: Codes) -> Iterator[Problem]:
    """Yield a problem when no age band was given where minors are likely."""
    if facts.age_band is None and _minors_likely(facts.setting, codes):
        yield Problem(
            Code.AGE_BAND_MISSING,
            "age_band",
            "add the person's age band: from this setting it may be a minor",
        )


def may_be_minor(facts: Facts, codes: Codes) -> bool:
    """Return whether the person is under 18, or may be as far as the submission says."""
    if facts.age_band is None:
        return _minors_likely(facts.setting, codes)
    return facts.age_band in MINOR_AGE_BANDS


def _minors_likely(setting: str, codes: Codes) -> bool:
    """Return what the list says of a setting; one that another release took, and this one does not know, may be a school."""
    settings = codes["settings"]
    if setting not in settings.codes:
        return True
    return any(settings.codes[code].minors_likely for code in settings.with_broader([setting]))
