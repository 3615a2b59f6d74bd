"""The part of a submission that is passed on to matching."""

from uuid import uuid4

import pytest

from alongside_contracts.intake import Consent
from alongside_intake.submission_record import request_of
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
def test_a_consent_covers_whom_it_names_and_a_consent_to_nobody_named_covers_nobody(
    recipients: str, named: tuple[object, ...] | None, passed_on: tuple[object, ...] | None
) -> None:
    consent = Consent(decision="given", recipients=recipients)  # type: ignore[arg-type]  # as a partner would say it

    assert request_of(a_submission(consent=consent, consent_offers=named)).consent_offers == passed_on


def test_where_a_person_is_leaves_intake_no_finer_than_five_kilometres() -> None:
    submission = a_submission(near={"latitude": 25.7617, "longitude": -80.1918})

    near = request_of(submission).near

    assert near is not None
    assert (near.latitude, near.longitude) == (25.75, -80.2)


def test_personal_references_and_consent_stay_at_intake() -> None:
    passed_on = request_of(a_submission(postal_code="33131")).model_dump()

    assert not {"postal_code", "person_reference", "reference", "consent", "readiness"} & passed_on.keys()
