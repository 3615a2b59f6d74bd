"""The closed lists, written down a second time, so that a code is never changed by accident."""

from enum import StrEnum

import pytest

from alongside_contracts import vocabulary
from alongside_contracts.vocabulary import Answer

LISTS = {
    "Need": """anxiety, depression, ptsd, bipolar, psychosis, hearing-voices, grief, loneliness, stress, trauma,
        substance-use, alcohol, opioids, eating, self-harm, chronic-illness, disability, life-transition, reentry,
        parenting, child-welfare, caregiving, domestic-violence, housing, employment, lgbtq, veteran""",
    "Format": "one-to-one, group, workshop, online-community, chat",
    "Mode": "in-person, phone, video, text",
    "Duration": "ongoing, time-limited",
    "Cadence": "weekly, biweekly, monthly, as-needed",
    "Hope": """emotional-support, practical-advice, connection, coping-skills, self-advocacy, crisis-plan,
        recovery-roadmap, navigation""",
    "Interest": """music, art, reading, writing, sports, fitness, outdoors, gardening, cooking, crafts, games,
        film, faith, animals, technology, volunteering, travel, dance, history, family-life""",
    "Identity": """woman, man, non-binary, transgender, lgbtq, black, latino, indigenous, asian, middle-eastern,
        white, multiracial, immigrant, refugee, christian, jewish, muslim, hindu, buddhist, sikh,
        secular, deaf, blind, disabled, neurodivergent, young-adult, older-adult, parent, veteran, rural""",
    "Endorsement": """adult-mental-health, substance-use-recovery, forensic, youth, family, veteran, older-adult,
        crisis""",
    "TrainingTopic": """ethics-and-boundaries, cultural-sensitivity, confidentiality, mandated-reporting, suicide-
        prevention, crisis-response, trauma-informed-support, group-facilitation""",
    "Setting": """self, family-or-friend, hospital, behavioral-health, primary-care, criminal-justice, child-welfare,
        education, workplace, peer-run, community, helpline""",
    "Urgency": "routine, urgent, crisis",
    "Status": """draft, requested, accepted, rejected, in-progress, on-hold, cancelled, completed, failed,
        entered-in-error""",
    "BusinessStatus": """awaiting-response, waitlisted, scheduled, unattended, appointment-cancelled, contacted, interim,
        paused, cancellation-requested, target-withdrew, no-response, recalled, consent-revoked""",
    "Reason": """no-capacity, waitlist-declined, not-eligible, out-of-area, missing-documents,
        needs-higher-level-of-care, safety-conflict, duplicate, sent-in-error, already-served, unable-to-contact,
        person-declined, no-longer-needs, no-response, other""",
    "OfferKind": "supporter, group, service",
}
DECISIONS = {"admitted", "escalated", "held", "rejected", "linked"}


@pytest.mark.parametrize("name", LISTS)
def test_a_closed_list_holds_exactly_its_codes(name: str) -> None:
    codes = [code.value for code in getattr(vocabulary, name)]

    assert codes == LISTS[name].replace("\n", " ").replace(" ", "").split(",")


def test_every_decision_and_a_refused_record_have_an_answer_code() -> None:
    assert {answer.value for answer in Answer} == DECISIONS | {"refused"}


def test_codes_are_lower_case_words_with_hyphens() -> None:
    lists = [
        value for value in vars(vocabulary).values() if isinstance(value, type) and issubclass(value, StrEnum)
    ]
    codes = [code.value for each in lists if each is not StrEnum for code in each]

    assert codes
    assert [code for code in codes if code != code.lower() or set(code) & set(" _.")] == []
