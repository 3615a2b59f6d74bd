"""Certificates: which of a supporter's still count, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Certificate:
    """Valid from `issued_on` to the end of `expires_on`."""

    issuer: str
    endorsement: str
    issued_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Sound:
    """It can be put on record."""


@dataclass(frozen=True, slots=True)
class Unsound:
    """It cannot: `field` says where to look."""

    field: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CertificationStatus:
    """What somebody's certificates amount to on a day. `review_on`: the day after the next one runs out."""

    certified_until: date | None
    endorsements: tuple[str, ...]
    review_on: date | None


def check_recordable(certificate: Certificate, on: date) -> Sound | Unsound:
    """Whether a certificate can be put on record on a day.

    One that has expired is refused rather than flagged: it could never count, and whoever sends it should send the
    renewed one. One that expires later stays on record; it just counts no more.
    """
    if certificate.expires_on <= certificate.issued_on:
        return Unsound("expires_on", "expires-before-issued", "Let it expire after the day it was issued.")
    if certificate.issued_on > on:
        return Unsound("issued_on", "issued-in-the-future", "Record it once it has been issued.")
    if certificate.expires_on < on:
        return Unsound("expires_on", "certificate-expired", "Record the renewed certificate instead.")
    return Sound()


def certification_status(certificates: Iterable[Certificate], on: date) -> CertificationStatus:
    """Which certificates count on a day; without any that does, the latest that ran out says since when."""
    known = tuple(certificates)
    valid = [one for one in known if one.issued_on <= on <= one.expires_on]
    return CertificationStatus(
        certified_until=max((one.expires_on for one in known), default=None),
        endorsements=tuple(sorted({one.endorsement for one in valid})),
        review_on=min((one.expires_on + timedelta(days=1) for one in valid), default=None),
    )
