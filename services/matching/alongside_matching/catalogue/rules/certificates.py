"""Which of a supporter's certificates are valid, and until when."""

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
    """The certificate can be recorded."""


@dataclass(frozen=True, slots=True)
class Unsound:
    """The certificate cannot be recorded; `field` names the wrong field."""

    field: str
    code: str
    remedy: str


@dataclass(frozen=True, slots=True)
class CertificationStatus:
    """The certification of a supporter on a day. `review_on` is the day after the next certificate expires."""

    certified_until: date | None
    endorsements: tuple[str, ...]
    review_on: date | None


def check_recordable(certificate: Certificate, on: date) -> Sound | Unsound:
    """Decide whether a certificate can be recorded on a day.

    An expired certificate is refused, not flagged: it could never be valid, and its sender should send the renewed one.
    A certificate that expires after it was recorded stays on record and no longer counts.
    """
    if certificate.expires_on <= certificate.issued_on:
        return Unsound("expires_on", "expires-before-issued", "Set expires_on after issued_on.")
    if certificate.issued_on > on:
        return Unsound("issued_on", "issued-in-the-future", "Send it on the day it is issued or later.")
    if certificate.expires_on < on:
        return Unsound("expires_on", "certificate-expired", "Send the renewed certificate instead.")
    return Sound()


def certification_status(certificates: Iterable[Certificate], on: date) -> CertificationStatus:
    """Return the certification on a day; `certified_until` is the latest expiry, also of expired certificates."""
    all_certificates = tuple(certificates)
    valid = [
        certificate
        for certificate in all_certificates
        if certificate.issued_on <= on <= certificate.expires_on
    ]
    return CertificationStatus(
        certified_until=max((certificate.expires_on for certificate in all_certificates), default=None),
        endorsements=tuple(sorted({certificate.endorsement for certificate in valid})),
        review_on=min((certificate.expires_on + timedelta(days=1) for certificate in valid), default=None),
    )
