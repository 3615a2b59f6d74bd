"""The needs of sample submissions: their frequency, combinations, and differences between settings.

All weights are invented. Only their order has a source: twelve-month prevalence among adults in the United
States as the National Survey on Drug Use and Health (SAMHSA) and the statistics pages of the National Institute of
Mental Health report it (anxiety before depression before post-traumatic stress before bipolar before psychosis; alcohol
before opioids), the Surgeon General's advisory of 2023 for loneliness, and AARP's count of caregivers. They describe no
real region.
"""

from collections.abc import Mapping
from random import Random
from typing import Final

from alongside_contracts.vocabulary import Hope, Need, Setting
from alongside_localstack.sample.randomness import chance, choose_one

PREVALENCE: Final[Mapping[Need, float]] = {
    Need.ANXIETY: 15,
    Need.LONELINESS: 14,
    Need.DEPRESSION: 12,
    Need.STRESS: 9,
    Need.GRIEF: 9,
    Need.SUBSTANCE_USE: 9,
    Need.ALCOHOL: 8,
    Need.CAREGIVING: 6,
    Need.TRAUMA: 6,
    Need.CHRONIC_ILLNESS: 6,
    Need.PARENTING: 5,
    Need.HOUSING: 5,
    Need.LIFE_TRANSITION: 5,
    Need.DISABILITY: 4,
    Need.EMPLOYMENT: 4,
    Need.PTSD: 4,
    Need.OPIOIDS: 4,
    Need.LGBTQ: 4,
    Need.VETERAN: 3,
    Need.BIPOLAR: 3,
    Need.DOMESTIC_VIOLENCE: 3,
    Need.REENTRY: 2,
    Need.CHILD_WELFARE: 2,
    Need.EATING: 2,
    Need.SELF_HARM: 2,
    Need.PSYCHOSIS: 1.5,
    Need.HEARING_VOICES: 1.5,
}
"""How often each need is the first one named, in about 150 submissions."""

RELATED_NEEDS: Final[Mapping[Need, tuple[Need, ...]]] = {
    Need.ANXIETY: (Need.DEPRESSION, Need.STRESS),
    Need.LONELINESS: (Need.DEPRESSION, Need.GRIEF, Need.LIFE_TRANSITION),
    Need.DEPRESSION: (Need.ANXIETY, Need.LONELINESS),
    Need.STRESS: (Need.ANXIETY, Need.EMPLOYMENT),
    Need.GRIEF: (Need.LONELINESS, Need.DEPRESSION),
    Need.SUBSTANCE_USE: (Need.ALCOHOL, Need.OPIOIDS, Need.TRAUMA, Need.HOUSING),
    Need.ALCOHOL: (Need.SUBSTANCE_USE, Need.DEPRESSION),
    Need.CAREGIVING: (Need.STRESS, Need.LONELINESS),
    Need.TRAUMA: (Need.PTSD, Need.ANXIETY),
    Need.CHRONIC_ILLNESS: (Need.DISABILITY, Need.DEPRESSION),
    Need.PARENTING: (Need.STRESS, Need.CHILD_WELFARE),
    Need.HOUSING: (Need.EMPLOYMENT, Need.SUBSTANCE_USE),
    Need.LIFE_TRANSITION: (Need.LONELINESS, Need.EMPLOYMENT),
    Need.DISABILITY: (Need.CHRONIC_ILLNESS, Need.LONELINESS),
    Need.EMPLOYMENT: (Need.STRESS, Need.HOUSING),
    Need.PTSD: (Need.TRAUMA, Need.VETERAN),
    Need.OPIOIDS: (Need.SUBSTANCE_USE, Need.CHRONIC_ILLNESS),
    Need.LGBTQ: (Need.LONELINESS, Need.ANXIETY),
    Need.VETERAN: (Need.PTSD, Need.EMPLOYMENT),
    Need.BIPOLAR: (Need.DEPRESSION, Need.PSYCHOSIS),
    Need.DOMESTIC_VIOLENCE: (Need.TRAUMA, Need.HOUSING),
    Need.REENTRY: (Need.EMPLOYMENT, Need.HOUSING, Need.SUBSTANCE_USE),
    Need.CHILD_WELFARE: (Need.PARENTING, Need.SUBSTANCE_USE),
    Need.EATING: (Need.ANXIETY, Need.DEPRESSION),
    Need.SELF_HARM: (Need.DEPRESSION, Need.TRAUMA),
    Need.PSYCHOSIS: (Need.HEARING_VOICES, Need.BIPOLAR),
    Need.HEARING_VOICES: (Need.PSYCHOSIS, Need.TRAUMA),
}

SETTING_FACTORS: Final[Mapping[Setting, Mapping[Need, float]]] = {
    Setting.HOSPITAL: {
        Need.CHRONIC_ILLNESS: 4,
        Need.OPIOIDS: 3,
        Need.GRIEF: 2,
        Need.ALCOHOL: 2,
        Need.DISABILITY: 2,
        Need.CAREGIVING: 2,
        Need.EMPLOYMENT: 0.2,
    },
    Setting.CRIMINAL_JUSTICE: {
        Need.REENTRY: 25,
        Need.SUBSTANCE_USE: 3,
        Need.ALCOHOL: 2,
        Need.OPIOIDS: 2,
        Need.HOUSING: 2,
        Need.VETERAN: 2,
        Need.ANXIETY: 0.3,
        Need.LONELINESS: 0.2,
    },
    Setting.EDUCATION: {
        Need.ANXIETY: 2,
        Need.STRESS: 2,
        Need.SELF_HARM: 3,
        Need.EATING: 3,
        Need.LGBTQ: 3,
        Need.ALCOHOL: 0.3,
        Need.OPIOIDS: 0.2,
        Need.CHRONIC_ILLNESS: 0.3,
        Need.CAREGIVING: 0.3,
        Need.VETERAN: 0,
        Need.REENTRY: 0,
        Need.PARENTING: 0.1,
        Need.HOUSING: 0.3,
    },
    Setting.BEHAVIORAL_HEALTH: {
        Need.BIPOLAR: 6,
        Need.PSYCHOSIS: 8,
        Need.HEARING_VOICES: 6,
        Need.PTSD: 3,
        Need.DEPRESSION: 2,
        Need.EMPLOYMENT: 0.5,
    },
    Setting.COMMUNITY: {
        Need.HOUSING: 4,
        Need.EMPLOYMENT: 4,
        Need.LONELINESS: 2,
        Need.LIFE_TRANSITION: 2,
        Need.OPIOIDS: 0.3,
        Need.PSYCHOSIS: 0.3,
    },
    Setting.PEER_RUN: {
        Need.HEARING_VOICES: 6,
        Need.PSYCHOSIS: 4,
        Need.TRAUMA: 2,
        Need.SUBSTANCE_USE: 2,
        Need.LGBTQ: 2,
    },
}
"""Factors on a need's regional weight, by setting; 1 for needs not listed."""

HOPES: Final[Mapping[Need, tuple[Hope, ...]]] = {
    Need.SUBSTANCE_USE: (Hope.RECOVERY_ROADMAP, Hope.COPING_SKILLS),
    Need.ALCOHOL: (Hope.RECOVERY_ROADMAP, Hope.COPING_SKILLS),
    Need.OPIOIDS: (Hope.RECOVERY_ROADMAP, Hope.NAVIGATION),
    Need.SELF_HARM: (Hope.CRISIS_PLAN, Hope.COPING_SKILLS),
    Need.PSYCHOSIS: (Hope.CRISIS_PLAN, Hope.SELF_ADVOCACY),
    Need.BIPOLAR: (Hope.CRISIS_PLAN, Hope.COPING_SKILLS),
    Need.REENTRY: (Hope.NAVIGATION, Hope.PRACTICAL_ADVICE),
    Need.HOUSING: (Hope.NAVIGATION, Hope.PRACTICAL_ADVICE),
    Need.EMPLOYMENT: (Hope.PRACTICAL_ADVICE, Hope.SELF_ADVOCACY),
    Need.CHILD_WELFARE: (Hope.NAVIGATION, Hope.SELF_ADVOCACY),
    Need.DISABILITY: (Hope.SELF_ADVOCACY, Hope.NAVIGATION),
}
"""Hopes that a need suggests, in addition to company."""

_RELATED_SHARE: Final = 0.75


def needs_seen_in(setting: Setting) -> Mapping[Need, float]:
    """Return the weights of needs in submissions from a setting."""
    factors = SETTING_FACTORS.get(setting, {})
    return {need: weight * factors.get(need, 1) for need, weight in PREVALENCE.items()}


def draw_needs(rng: Random, weights: Mapping[Need, float], how_many: int) -> tuple[Need, ...]:
    """Draw up to `how_many` different needs: the first by weight, the others mostly from its related needs."""
    first = choose_one(rng, weights)
    related = {need: weights[need] for need in RELATED_NEEDS[first]}
    others = (
        choose_one(rng, related if chance(rng, _RELATED_SHARE) else weights) for _ in range(how_many - 1)
    )
    return tuple(dict.fromkeys((first, *others)))
