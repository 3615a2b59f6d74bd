"""Certificates: which can be recorded, and which are valid."""

from datetime import date

import pytest

from alongside_matching.catalogue.rules.certificates import (
    Certificate,
    CertificationStatus,
    Sound,
    Unsound,
    certification_status,
    check_recordable,
)
from alongside_matching.catalogue.rules.coarse_position import round_to_grid

TODAY = date(2026, 3, 2)
SOUND = Certificate("State board", "adult-mental-health", date(2025, 1, 1), date(2027, 1, 1))


def test_a_certificate_counts_to_the_end_of_its_last_day() -> None:
    last_day = Certificate("State board", "youth", date(2025, 1, 1), TODAY)

    assert check_recordable(last_day, TODAY) == Sound()
    assert certification_status([last_day], TODAY).endorsements == ("youth",)


@pytest.mark.parametrize(
    ("issued", "expires", "field", "code"),
    [
        (date(2024, 1, 1), date(2026, 3, 1), "expires_on", "certificate-expired"),
        (date(2026, 3, 3), date(2027, 1, 1), "issued_on", "issued-in-the-future"),
        (date(2026, 1, 1), date(2025, 12, 31), "expires_on", "expires-before-issued"),
    ],
)
def test_a_certificate_that_cannot_count_is_refused(
    issued: date, expires: date, field: str, code: str
) -> None:
    refused = check_recordable(Certificate("State board", "youth", issued, expires), TODAY)

    assert isinstance(refused, Unsound)
    assert (refused.field, refused.code) == (field, code)


def test_an_endorsement_lapses_with_its_certificate_while_another_stays_valid() -> None:
    short = Certificate("State board", "forensic", date(2025, 1, 1), date(2026, 6, 30))

    assert certification_status([SOUND, short], TODAY) == CertificationStatus(
        date(2027, 1, 1), ("adult-mental-health", "forensic"), date(2026, 7, 1)
    )
    assert certification_status([SOUND, short], date(2026, 7, 1)).endorsements == ("adult-mental-health",)


def test_without_certificates_there_is_no_endorsement_and_no_expiry() -> None:
    assert certification_status([], TODAY) == CertificationStatus(None, (), None)


def test_a_position_is_rounded_to_five_kilometres() -> None:
    assert (round_to_grid(25.774), round_to_grid(-80.1937)) == (25.75, -80.2)
