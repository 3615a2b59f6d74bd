"""The part of a submission that is passed on to matching."""

from uuid import uuid4

import pytest

from alongside_contracts.codes.fields import AS_STORED
from alongside_contracts.intake import Consent
from alongside_contracts.vocabulary import ConsentDecision
from alongside_intake.submissions.record import request_of
from tests.builders import a_submission

OFFER = uuid4()


@pytest.mark.parametrize(
    ("recipients", "named", "passed_on"),
    [
        ("network", None, None),
        ("network", (OFFER,), (OFFER,)),
        ("named-offer", (OFFER,), (OFFER,)),
        ("named-offer", None, ()),
    ],
)
def test_a_consent_to_named_offers_covers_these_and_covers_none_when_none_is_named(
    recipients: str, named: tuple[object, ...] | None, passed_on: tuple[object, ...] | None
) -> None:
    consent = Consent(decision=ConsentDecision.GIVEN, recipients=recipients)

    assert request_of(a_submission(consent=consent, consent_offers=named)).consent_offers == passed_on


def test_recipients_of_a_newer_release_are_never_the_whole_network() -> None:
    stored = {"decision": "given", "recipients": "recipients-of-tomorrow"}
    consent = Consent.model_validate(stored, context=AS_STORED)

    assert request_of(a_submission().model_copy(update={"consent": consent})).consent_offers == ()


def test_a_persons_position_is_rounded_to_five_kilometres_before_it_leaves_intake() -> None:
    submission = a_submission(near={"latitude": 25.7617, "longitude": -80.1918})

    near = request_of(submission).near

    assert near is not None
    assert (near.latitude, near.longitude) == (25.75, -80.2)


def test_personal_references_and_consent_stay_at_intake() -> None:
    passed_on = request_of(a_submission(postal_code="33131")).model_dump()

    assert not {"postal_code", "person_reference", "reference", "consent", "readiness"} & passed_on.keys()
