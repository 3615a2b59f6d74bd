"""The recipients of each notice: one business sentence per rule."""

import pytest

from alongside_contracts import vocabulary
from alongside_contracts.vocabulary import RecipientRole
from alongside_notifications.domain import audience
from alongside_notifications.domain.audience import (
    Overdue,
    Parties,
    Recipient,
    RecipientKind,
    Transition,
    asked_before_recipients,
    is_urgent_about_stream,
    overdue_recipients,
    stream_recipients,
    template_of,
    transition_recipients,
)
from alongside_notifications.domain.notice import EVERY_CHANNEL
from alongside_notifications.domain.rules import (
    CURRENT,
    LAPSED,
    RULES,
    STREAM_READ_AGAIN,
    STREAM_UNREAD,
    WITHDRAWN,
    Rules,
)

REFERRER = Recipient(RecipientRole.REFERRER, RecipientKind.PARTNER, "st-mary-hospital")
TARGET = Recipient(RecipientRole.TARGET, RecipientKind.OFFER, "offer-1")
PERSON = Recipient(RecipientRole.PERSON, RecipientKind.PERSON, "person-1")
SELF_REFERRER = Recipient(RecipientRole.REFERRER, RecipientKind.PERSON, "person-1")
COORDINATOR = Recipient(RecipientRole.COORDINATOR, RecipientKind.COORDINATOR, "on-call")


EXPECTED = {
    # A draft is not sent yet; nobody else knows of it.
    "draft": "",
    # The referrer sent it; the person hears that it was received.
    "requested": "person",
    "waitlisted": "referrer person",
    # The target is asked; referrer and person are spared each try, which would read as one refusal after another.
    "awaiting-response": "target",
    "looking-again": "",
    "no-response": "",
    # A target that was asked hears that no answer is needed any more.
    "lapsed": "target",
    "withdrawn": "target",
    "recalled": "referrer target",
    # An acceptance, a pause or a request to stop changes what everybody can expect, a date what the two who meet can.
    "accepted": "referrer target person",
    "scheduled": "target person",
    "appointment-cancelled": "referrer target person",
    "on-hold": "referrer target person",
    "resumed": "referrer target person",
    "paused": "referrer target person",
    "cancellation-requested": "referrer target person",
    "target-withdrew": "referrer target person",
    "consent-revoked": "referrer target person",
    # Only the one who must act; see below.
    "next-actor": "",
    # The two who meet were there, and the referrer asked for the outcome.
    "in-progress": "",
    "contacted": "",
    "unattended": "referrer target",
    "interim": "referrer",
    # What this release does not know may concern everybody.
    "news": "referrer target person",
    # Every end is reported to everybody.
    "rejected": "referrer target person",
    "cancelled": "referrer target person",
    "completed": "referrer target person",
    "failed": "referrer target person",
    "entered-in-error": "referrer target person",
    # The network can get a stream read again, and its partner can correct its records.
    "stream-unread": "coordinator referrer",
    "stream-read-again": "coordinator referrer",
}
"""The roles of each template, written down a second time: a row changed in the rules has to be changed here as well."""

EXPECTED_1 = {
    "draft": "",
    "requested": "referrer person",
    "waitlisted": "referrer person",
    "awaiting-response": "referrer target",
    "looking-again": "referrer",
    "no-response": "referrer",
    "lapsed": "target",
    "withdrawn": "target",
    "recalled": "referrer target",
    "accepted": "referrer target person",
    "scheduled": "referrer target person",
    "appointment-cancelled": "referrer target person",
    "in-progress": "referrer target person",
    "on-hold": "referrer target person",
    "paused": "referrer target person",
    "cancellation-requested": "referrer target person",
    "target-withdrew": "referrer target person",
    "consent-revoked": "referrer target person",
    "next-actor": "",
    "contacted": "referrer target",
    "unattended": "referrer target",
    "interim": "referrer target",
    "rejected": "referrer target person",
    "cancelled": "referrer target person",
    "completed": "referrer target person",
    "failed": "referrer target person",
    "entered-in-error": "referrer target person",
    "stream-unread": "coordinator referrer",
    "stream-read-again": "coordinator referrer",
}
"""The rules of before December 2026, by which the notices of that time were made: they do not change any more."""

PROGRAM = "matching"
"""An actor that is nobody's: nobody is left out."""


def recipients_of(
    status: str,
    business_status: str | None = None,
    *,
    previous: str | None = None,
    partner: str | None = "st-mary-hospital",
    offer: str | None = "offer-1",
    actor: str = PROGRAM,
    next_actor: str | None = None,
    waited_for: str | None = None,
    rules: Rules = CURRENT,
) -> set[Recipient]:
    """Return the recipients of this transition."""
    parties = Parties(person_id="person-1", partner=partner, offer_id=offer)
    transition = Transition(parties, previous, status, business_status, actor, next_actor, waited_for)
    return set(transition_recipients(transition, coordinator="on-call", rules=rules))


def recipients_when_late(next_actor: str, *, offer: str | None = "offer-1") -> set[Recipient]:
    """Return the recipients of the overdue notice when this actor must act."""
    overdue = Overdue(Parties("person-1", "st-mary-hospital", offer), next_actor)
    return set(overdue_recipients(overdue, coordinator="on-call"))


@pytest.mark.parametrize(("version", "expected"), [(1, EXPECTED_1), (2, EXPECTED)])
def test_each_template_goes_to_exactly_the_expected_roles(version: int, expected: dict[str, str]) -> None:
    assert RULES[version].roles == {
        template: tuple(RecipientRole(role) for role in roles.split()) for template, roles in expected.items()
    }


def test_the_newest_rules_are_the_current_ones() -> None:
    assert CURRENT is RULES[max(RULES)]


def test_a_draft_is_reported_to_nobody() -> None:
    assert recipients_of("draft") == set()


def test_a_new_request_is_confirmed_to_the_person() -> None:
    assert recipients_of("requested", offer=None) == {PERSON}


def test_a_target_is_asked_and_referrer_and_person_are_spared_each_try() -> None:
    assert recipients_of("requested", "awaiting-response", previous="requested") == {TARGET}


def test_a_resumed_search_is_reported_to_nobody() -> None:
    assert recipients_of("requested", previous="requested", offer=None) == set()


def test_a_waitlisting_is_reported_to_referrer_and_person() -> None:
    assert recipients_of("requested", "waitlisted", offer=None) == {REFERRER, PERSON}


@pytest.mark.parametrize(
    ("previous", "status"),
    [("requested", "accepted"), ("in-progress", "on-hold"), ("on-hold", "in-progress")],
)
def test_what_changes_everybodys_expectations_is_reported_to_everybody(previous: str, status: str) -> None:
    assert recipients_of(status, previous=previous) == {REFERRER, TARGET, PERSON}


def test_that_the_two_have_met_is_reported_to_nobody() -> None:
    assert recipients_of("in-progress", previous="accepted") == set()


@pytest.mark.parametrize(
    ("actor", "left_out"), [("target", TARGET), ("person", PERSON), ("requester", REFERRER)]
)
def test_nobody_is_notified_of_their_own_click(actor: str, left_out: Recipient) -> None:
    assert recipients_of("cancelled", actor=actor) == {REFERRER, TARGET, PERSON} - {left_out}


def test_a_person_who_referred_themselves_is_not_notified_of_their_own_click_either() -> None:
    assert recipients_of("cancelled", partner=None, actor="person") == {TARGET}


def test_a_person_for_whom_a_coordinator_may_have_acted_is_notified() -> None:
    assert recipients_of("requested", partner=None, offer=None, actor="requester") == {SELF_REFERRER}


@pytest.mark.parametrize("actor", ["target", "person", "requester", "coordinator"])
def test_by_the_rules_of_before_everybody_was_notified_of_their_own_click(actor: str) -> None:
    assert recipients_of("cancelled", actor=actor, rules=RULES[1]) == {REFERRER, TARGET, PERSON}


@pytest.mark.parametrize("status", sorted(vocabulary.TERMINAL))
def test_every_end_is_reported_to_everybody_whatever_its_business_status(status: str) -> None:
    assert recipients_of(status) == {REFERRER, TARGET, PERSON}
    assert recipients_of(status, "no-response") == {REFERRER, TARGET, PERSON}


def test_an_end_without_a_target_is_reported_to_the_others() -> None:
    assert recipients_of("cancelled", offer=None) == {REFERRER, PERSON}


@pytest.mark.parametrize("status", ["accepted", "completed"])
def test_a_person_who_referred_themselves_is_notified_once_as_the_referrer(status: str) -> None:
    assert recipients_of(status, partner=None) == {SELF_REFERRER, TARGET}


def test_a_self_referred_person_hears_what_a_person_hears_as_the_referrer() -> None:
    assert recipients_of("requested", partner=None, offer=None) == {SELF_REFERRER}
    assert recipients_of("in-progress", "interim", previous="in-progress", partner=None) == {SELF_REFERRER}


def test_a_target_hears_of_nothing_it_was_not_asked_about() -> None:
    for template in (*vocabulary.Status, *vocabulary.BusinessStatus):
        assert not any(
            recipient.role is RecipientRole.TARGET
            for recipient in recipients_of("requested", template, offer=None)
        )


def test_the_late_party_is_asked() -> None:
    assert recipients_when_late("requester") == {REFERRER}
    assert recipients_when_late("target") == {TARGET}
    assert recipients_when_late("person") == {PERSON}


@pytest.mark.parametrize("actor", ["coordinator", "supervisor", "matching"])
def test_a_human_at_the_network_looks_when_staff_or_a_program_is_late(actor: str) -> None:
    assert recipients_when_late(actor) == {COORDINATOR}


def test_a_coordinator_is_asked_when_the_late_target_is_unknown() -> None:
    assert recipients_when_late("target", offer=None) == {COORDINATOR}


@pytest.mark.parametrize("status", list(vocabulary.Status))
def test_every_status_of_the_vocabulary_has_its_row(status: vocabulary.Status) -> None:
    assert status in CURRENT.roles


@pytest.mark.parametrize("business_status", list(vocabulary.BusinessStatus))
def test_every_business_status_of_the_vocabulary_has_its_row(
    business_status: vocabulary.BusinessStatus,
) -> None:
    assert business_status in CURRENT.roles


@pytest.mark.parametrize("template", [LAPSED, WITHDRAWN])
def test_a_target_that_was_asked_hears_that_no_answer_is_needed(template: str) -> None:
    assert set(asked_before_recipients(template, "offer-1")) == {TARGET}


@pytest.mark.parametrize("status", ["accepted", "in-progress", "on-hold"])
@pytest.mark.parametrize("business_status", [None, "contacted", "interim", "paused", "consent-revoked"])
def test_a_status_repeated_for_a_review_is_reported_to_the_one_who_must_act_now(
    status: str, business_status: str | None
) -> None:
    def recipients_by(actor: str, next_actor: str) -> set[Recipient]:
        return recipients_of(status, business_status, previous=status, actor=actor, next_actor=next_actor)

    assert recipients_by("requester", "coordinator") == {COORDINATOR}
    assert recipients_by("coordinator", "target") == {TARGET}
    assert recipients_by("requester", "matching") == set()


@pytest.mark.parametrize("next_actor", ["coordinator", "supervisor", "an-actor-of-tomorrow"])
def test_a_coordinator_who_must_act_is_notified_whatever_happened(next_actor: str) -> None:
    recipients = recipients_of(
        "on-hold", "consent-revoked", previous="accepted", actor="person", next_actor=next_actor
    )

    assert recipients == {REFERRER, TARGET, COORDINATOR}


def test_a_coordinator_who_had_to_act_before_is_not_notified_again() -> None:
    assert COORDINATOR not in recipients_of(
        "accepted", "contacted", previous="accepted", next_actor="coordinator", waited_for="coordinator"
    )


@pytest.mark.parametrize("offer", ["offer-1", None])
def test_a_referral_stopped_without_consent_is_reported_to_all_who_know_of_it(offer: str | None) -> None:
    expected = {REFERRER, PERSON} | ({TARGET} if offer else set())

    assert recipients_of("cancelled", "consent-revoked", previous="requested", offer=offer) == expected


@pytest.mark.parametrize("template", [STREAM_UNREAD, STREAM_READ_AGAIN])
def test_a_coordinator_and_the_partner_are_notified_about_its_stream(template: str) -> None:
    recipients = stream_recipients(template, partner="st-mary-hospital", coordinator="on-call")

    assert recipients == (COORDINATOR, REFERRER)


@pytest.mark.parametrize("template", [STREAM_UNREAD, STREAM_READ_AGAIN])
def test_the_coordinator_alone_is_notified_about_the_stream_of_a_partner_that_is_not_registered(
    template: str,
) -> None:
    assert stream_recipients(template, partner=None, coordinator="on-call") == (COORDINATOR,)


def test_an_unread_stream_is_urgent_for_the_coordinator_alone() -> None:
    urgent = {
        (template, role)
        for template in CURRENT.roles
        for role in RecipientRole
        if is_urgent_about_stream(template, role)
    }

    assert urgent == {(STREAM_UNREAD, RecipientRole.COORDINATOR)}


def test_the_codes_of_the_rules_are_the_codes_of_the_contracts() -> None:
    assert set(audience.ROLE_OF_ACTOR) == {actor.value for actor in vocabulary.Actor}
    assert set(EVERY_CHANNEL) <= set(vocabulary.Channel)
    assert set(CURRENT.roles) >= {*vocabulary.Status, *vocabulary.BusinessStatus}


@pytest.mark.parametrize(
    ("previous", "status", "business_status", "template"),
    [
        (None, "requested", None, "requested"),
        ("draft", "requested", "awaiting-response", "awaiting-response"),
        ("requested", "requested", None, "looking-again"),
        ("requested", "requested", "a-business-status-of-tomorrow", "news"),
        ("requested", "requested", "lapsed", "news"),
        ("in-progress", "in-progress", "a-business-status-of-tomorrow", "news"),
        ("accepted", "in-progress", "a-business-status-of-tomorrow", "in-progress"),
        ("requested", "requested", "waitlisted", "waitlisted"),
        ("requested", "accepted", "scheduled", "accepted"),
        ("accepted", "accepted", "scheduled", "scheduled"),
        ("accepted", "in-progress", "contacted", "in-progress"),
        ("accepted", "cancelled", "recalled", "cancelled"),
        ("requested", "cancelled", "consent-revoked", "consent-revoked"),
        ("accepted", "on-hold", "consent-revoked", "consent-revoked"),
        ("on-hold", "on-hold", "consent-revoked", "consent-revoked"),
        ("cancelled", "cancelled", "recalled", "cancelled"),
    ],
)
def test_a_new_status_names_the_template_and_within_it_the_business_status(
    previous: str | None, status: str, business_status: str | None, template: str
) -> None:
    parties = Parties("person-1", None, None)

    assert template_of(Transition(parties, previous, status, business_status, "target")) == template
