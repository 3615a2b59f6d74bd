"""Who is told: one business sentence per rule."""

import pytest

from alongside_contracts import vocabulary
from alongside_notifications.domain import audience
from alongside_notifications.domain.audience import (
    LAPSED,
    WHO_IS_TOLD,
    Channel,
    Kind,
    Overdue,
    Parties,
    Recipient,
    Role,
    Transition,
    moment_of,
    who_is_asked,
    who_is_told,
    who_was_asked,
)

REFERRER = Recipient(Role.REFERRER, Kind.PARTNER, "st-mary-hospital")
TARGET = Recipient(Role.TARGET, Kind.OFFER, "offer-1")
PERSON = Recipient(Role.PERSON, Kind.PERSON, "person-1")
SELF_REFERRER = Recipient(Role.REFERRER, Kind.PERSON, "person-1")
COORDINATOR = Recipient(Role.COORDINATOR, Kind.COORDINATOR, "on-call")


EXPECTED = {
    # A draft is not sent yet; nobody else knows of it.
    "draft": "",
    # The one who asked, and the one it is about, hear that it began and that it waits.
    "requested": "referrer person",
    "waitlisted": "referrer person",
    # The target is asked; the person is spared each try, which would read as one refusal after another.
    "awaiting-response": "referrer target",
    "looking-again": "referrer",
    "no-response": "referrer",
    # Whoever was asked hears that it need not answer any more.
    "lapsed": "target",
    "recalled": "referrer target",
    # A yes, a date, a pause or a wish to stop changes what the person can count on.
    "accepted": "referrer target person",
    "scheduled": "referrer target person",
    "appointment-cancelled": "referrer target person",
    "in-progress": "referrer target person",
    "on-hold": "referrer target person",
    "paused": "referrer target person",
    "cancellation-requested": "referrer target person",
    "target-withdrew": "referrer target person",
    "consent-revoked": "referrer target person",
    # The person was there, or knows that they were not.
    "contacted": "referrer target",
    "unattended": "referrer target",
    "interim": "referrer target",
    # Every end is told to everybody.
    "rejected": "referrer target person",
    "cancelled": "referrer target person",
    "completed": "referrer target person",
    "failed": "referrer target person",
    "entered-in-error": "referrer target person",
}
"""Who is told at each moment, written down apart from the rules: a row changed there has to be changed here as well."""


def told(
    status: str,
    business_status: str | None = None,
    *,
    previous: str | None = None,
    partner: str | None = "st-mary-hospital",
    offer: str | None = "offer-1",
) -> set[Recipient]:
    """Who hears of this transition."""
    parties = Parties(person_id="person-1", partner=partner, offer_id=offer)
    return set(who_is_told(Transition(parties, previous, status, business_status)))


def asked(next_actor: str, *, offer: str | None = "offer-1") -> set[Recipient]:
    """Who hears that this actor is late."""
    overdue = Overdue(Parties("person-1", "st-mary-hospital", offer), next_actor)
    return set(who_is_asked(overdue, coordinator="on-call"))


@pytest.mark.parametrize("moment", sorted(EXPECTED))
def test_at_each_moment_just_those_are_told_who_should_know(moment: str) -> None:
    assert WHO_IS_TOLD[moment] == tuple(Role(role) for role in EXPECTED[moment].split())


def test_every_moment_has_its_expectation() -> None:
    assert set(EXPECTED) == set(WHO_IS_TOLD)


def test_a_draft_is_nobodys_news() -> None:
    assert told("draft") == set()


def test_a_new_request_is_confirmed_to_the_referrer_and_the_person() -> None:
    assert told("requested", offer=None) == {REFERRER, PERSON}


def test_a_target_is_asked_and_the_referrer_knows_but_the_person_is_spared_each_try() -> None:
    assert told("requested", "awaiting-response", previous="requested") == {REFERRER, TARGET}


def test_looking_for_somebody_else_is_told_to_the_referrer_only() -> None:
    assert told("requested", previous="requested", offer=None) == {REFERRER}


def test_waiting_is_told_to_those_who_wait() -> None:
    assert told("requested", "waitlisted", offer=None) == {REFERRER, PERSON}


@pytest.mark.parametrize("status", ["accepted", "in-progress", "on-hold"])
def test_walking_together_is_told_to_both_sides_and_the_person(status: str) -> None:
    assert told(status) == {REFERRER, TARGET, PERSON}


@pytest.mark.parametrize("status", sorted(vocabulary.TERMINAL))
def test_every_end_is_told_to_everybody_whatever_refines_it(status: str) -> None:
    assert told(status) == {REFERRER, TARGET, PERSON}
    assert told(status, "no-response") == {REFERRER, TARGET, PERSON}


def test_an_end_without_a_target_is_told_to_the_others() -> None:
    assert told("cancelled", offer=None) == {REFERRER, PERSON}


@pytest.mark.parametrize("status", ["accepted", "completed"])
def test_a_person_who_referred_themselves_is_told_once_as_the_referrer(status: str) -> None:
    assert told(status, partner=None) == {SELF_REFERRER, TARGET}


def test_a_self_referred_person_hears_what_any_referrer_hears() -> None:
    assert told("requested", "awaiting-response", partner=None) == {SELF_REFERRER, TARGET}


def test_a_target_hears_of_nothing_it_was_not_asked_about() -> None:
    for moment in WHO_IS_TOLD:
        assert not any(recipient.role is Role.TARGET for recipient in told(moment, offer=None))


def test_who_is_late_is_asked() -> None:
    assert asked("requester") == {REFERRER}
    assert asked("target") == {TARGET}
    assert asked("person") == {PERSON}


@pytest.mark.parametrize("actor", ["coordinator", "supervisor", "matching"])
def test_a_human_at_the_network_looks_when_staff_or_a_program_is_late(actor: str) -> None:
    assert asked(actor) == {COORDINATOR}


def test_a_coordinator_is_asked_when_the_late_target_is_unknown() -> None:
    assert asked("target", offer=None) == {COORDINATOR}


@pytest.mark.parametrize("status", list(vocabulary.Status))
def test_every_status_of_the_vocabulary_has_its_row(status: vocabulary.Status) -> None:
    assert status in WHO_IS_TOLD


@pytest.mark.parametrize("business_status", list(vocabulary.BusinessStatus))
def test_every_business_status_of_the_vocabulary_has_its_row(
    business_status: vocabulary.BusinessStatus,
) -> None:
    assert business_status in WHO_IS_TOLD


def test_every_transition_but_a_draft_is_told_to_the_referrer() -> None:
    unheard = {moment for moment, roles in WHO_IS_TOLD.items() if Role.REFERRER not in roles}

    assert unheard == {
        "draft",
        LAPSED,
    }  # a lapse is matching's word; the transition it causes has its own row


def test_a_target_who_did_not_answer_in_time_is_told_that_it_need_not_any_more() -> None:
    assert set(who_was_asked("offer-1")) == {TARGET}


def test_the_words_of_the_rules_are_the_words_of_the_contracts() -> None:
    assert {role.value for role in Role} == {role.value for role in vocabulary.RecipientRole}
    assert {channel.value for channel in Channel} == {channel.value for channel in vocabulary.Channel}
    assert set(audience.WHO_ACTS) == {actor.value for actor in vocabulary.Actor}


@pytest.mark.parametrize(
    ("previous", "status", "business_status", "moment"),
    [
        (None, "requested", None, "requested"),
        ("draft", "requested", "awaiting-response", "awaiting-response"),
        ("requested", "requested", None, "looking-again"),
        ("requested", "requested", "waitlisted", "waitlisted"),
        ("requested", "accepted", "scheduled", "accepted"),
        ("accepted", "accepted", "scheduled", "scheduled"),
        ("accepted", "in-progress", "contacted", "in-progress"),
        ("accepted", "cancelled", "consent-revoked", "cancelled"),
        ("cancelled", "cancelled", "recalled", "cancelled"),
    ],
)
def test_a_new_status_is_the_news_and_within_it_the_finer_word(
    previous: str | None, status: str, business_status: str | None, moment: str
) -> None:
    assert moment_of(Transition(Parties("person-1", None, None), previous, status, business_status)) == moment
