"""Public names of generated groups and services: a topic and a real place, never a person's name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from alongside_contracts.vocabulary import Format, Need

GROUP_NAME_TEMPLATES: Final[Mapping[Format, str]] = {
    Format.GROUP: "{topic} circle, {place}",
    Format.WORKSHOP: "{topic} workshop, {place}",
    Format.ONLINE_COMMUNITY: "{topic} online, {place} and around",
}

GROUP_TOPICS: Final[Mapping[Need, str]] = {
    Need.ANXIETY: "Anxiety",
    Need.DEPRESSION: "Low days",
    Need.PTSD: "After trauma",
    Need.BIPOLAR: "Ups and downs",
    Need.PSYCHOSIS: "Finding the ground",
    Need.HEARING_VOICES: "Hearing voices",
    Need.GRIEF: "Grief",
    Need.LONELINESS: "Open table",
    Need.STRESS: "Breathing space",
    Need.TRAUMA: "Healing together",
    Need.SUBSTANCE_USE: "Recovery",
    Need.ALCOHOL: "Sober living",
    Need.OPIOIDS: "Opioid recovery",
    Need.EATING: "Food and feelings",
    Need.SELF_HARM: "Staying safe",
    Need.CHRONIC_ILLNESS: "Living with illness",
    Need.DISABILITY: "Disability",
    Need.LIFE_TRANSITION: "New chapters",
    Need.REENTRY: "Coming home",
    Need.PARENTING: "Parents",
    Need.CHILD_WELFARE: "Families together",
    Need.CAREGIVING: "Caregivers",
    Need.DOMESTIC_VIOLENCE: "Safe at home",
    Need.HOUSING: "Finding a home",
    Need.EMPLOYMENT: "Back to work",
    Need.LGBTQ: "Rainbow",
    Need.VETERAN: "Veterans",
}

SERVICE_TITLES: Final[Mapping[Need, str]] = {
    Need.ANXIETY: "Anxiety clinic",
    Need.DEPRESSION: "Depression day program",
    Need.PTSD: "Trauma recovery clinic",
    Need.BIPOLAR: "Mood clinic",
    Need.PSYCHOSIS: "Early psychosis service",
    Need.HEARING_VOICES: "Voices and visions service",
    Need.GRIEF: "Bereavement service",
    Need.LONELINESS: "Neighborhood visiting",
    Need.STRESS: "Stress counseling",
    Need.TRAUMA: "Trauma counseling",
    Need.SUBSTANCE_USE: "Recovery community center",
    Need.ALCOHOL: "Alcohol advice center",
    Need.OPIOIDS: "Opioid treatment navigation",
    Need.EATING: "Eating disorder service",
    Need.SELF_HARM: "Self-harm aftercare",
    Need.CHRONIC_ILLNESS: "Living-well service",
    Need.DISABILITY: "Independent living center",
    Need.LIFE_TRANSITION: "Crossroads advice",
    Need.REENTRY: "Reentry resource center",
    Need.PARENTING: "Family center",
    Need.CHILD_WELFARE: "Family reunification service",
    Need.CAREGIVING: "Caregiver respite",
    Need.DOMESTIC_VIOLENCE: "Domestic violence advocacy",
    Need.HOUSING: "Housing help desk",
    Need.EMPLOYMENT: "Job center",
    Need.LGBTQ: "LGBTQ center",
    Need.VETERAN: "Veterans' service desk",
}


def number_duplicates(names: Iterable[str]) -> Iterator[str]:
    """Yield the names, with a number appended to repeated ones."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"
