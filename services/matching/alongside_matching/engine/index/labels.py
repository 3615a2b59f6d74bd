"""Labels: yes-or-no facts of an offer that rules read, computed once when the offer is written."""

from typing import Final

from alongside_matching.engine.facts import MINOR_BANDS, PEER_LED, Offer

PAUSED: Final = "paused"
FULL: Final = "full"
OPEN_TO_ALL: Final = "open-to-all"
PEER: Final = "peer-led"
SUPPORTERS: Final = "supporter"
HAS_MODES: Final = "has-modes"
HAS_AGE_BANDS: Final = "has-age-bands"
MINORS_ONLY: Final = "minors-only"
HAS_AVAILABILITY: Final = "has-availability"
HAS_POSITION: Final = "has-position"
RESTRICTED: Final = "restricted"
ONLY_FOR: Final = "only-for"
CERTIFICATION_REQUIRED: Final = "certification-required"
CHECK_REQUIRED: Final = "check-required"
UNENDORSED: Final = "unendorsed"


def labels_of(offer: Offer) -> frozenset[str]:
    """Return the labels of an offer."""
    return frozenset(label for label, holds in _values(offer).items() if holds)


def _values(offer: Offer) -> dict[str, bool]:
    required = offer.required_endorsement
    return {
        PAUSED: offer.paused,
        FULL: not offer.has_place,
        OPEN_TO_ALL: offer.open_to_all,
        PEER: offer.kind in PEER_LED,
        SUPPORTERS: offer.kind == SUPPORTERS,
        HAS_MODES: bool(offer.modes),
        HAS_AGE_BANDS: bool(offer.age_bands),
        MINORS_ONLY: bool(offer.age_bands) and offer.age_bands <= MINOR_BANDS,
        HAS_AVAILABILITY: bool(offer.availability),
        HAS_POSITION: offer.where is not None,
        RESTRICTED: bool(offer.eligibility),
        ONLY_FOR: bool(offer.only_for),
        CERTIFICATION_REQUIRED: offer.certification_required,
        CHECK_REQUIRED: offer.check_required,
        UNENDORSED: required is not None and required not in offer.endorsements,
    }
