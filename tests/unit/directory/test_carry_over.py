"""What a listing carried over says, by what became of the offer that was made of it."""

from typing import Any
from uuid import UUID

import pytest

from alongside_directory.carry_over import listing_of_hotline, listing_of_offer
from alongside_directory.store.former import FormerOffer, ServiceWithoutOffer

_VANISHED = {"withdrawn": True, "paused_because": "vanished"}
_NOT_ACTIVE = {"withdrawn": True, "paused_because": "not-active"}


def an_offer(**given: Any) -> FormerOffer:
    """Return an offer that is open, with some fields changed."""
    defaults: dict[str, Any] = {
        "id": UUID("01a2269d-dbb7-7556-9f4c-65234b9b356b"),
        "kind": "group",
        "region": "us-fl-miami",
        "name": "Circle",
        "needs": ("grief",),
        "languages": ("en",),
        "formats": ("group",),
        "latitude": 25.77,
        "longitude": -80.19,
        "withdrawn": False,
        "paused_because": None,
        "source_id": "s1",
        "source": "harbour",
        "source_region": "us-fl-miami",
        "removed": False,
        "hotline": False,
    }
    return FormerOffer(**defaults | given)


@pytest.mark.parametrize(
    ("given", "withdrawn", "active", "hotline"),
    [
        ({}, None, True, False),
        ({"paused_because": "staff"}, None, True, False),
        (_VANISHED, "pause", True, False),
        (_VANISHED | {"removed": True}, "pause", True, False),
        (_NOT_ACTIVE, None, False, False),
        ({"withdrawn": True, "paused_because": "staff", "removed": True}, "pause", True, False),
        ({"withdrawn": True, "paused_because": "staff"}, None, False, False),
        ({"withdrawn": True, "paused_because": None}, None, False, False),
        ({"removed": True}, "hide", True, False),
        (_VANISHED | {"hotline": True}, None, True, True),
        ({"hotline": True}, None, True, False),
    ],
)
def test_a_listing_is_withdrawn_not_active_or_a_hotline_as_its_offer_shows(
    given: dict[str, Any], withdrawn: str | None, active: bool, hotline: bool
) -> None:
    listing = listing_of_offer(an_offer(**given))

    assert listing is not None
    assert listing.withdrawn == withdrawn
    assert (listing.new.state["active"], listing.new.state["hotline"]) == (active, hotline)
    assert listing.new.content_hash is None


@pytest.mark.parametrize(
    "given",
    [
        {"source": None},
        {"region": "de-berlin"},
        {"kind": "supporter"},
        {"source_id": "x" * 256},
        {"source_id": "a\nb"},
    ],
)
def test_an_offer_that_readers_of_listings_would_refuse_has_none(given: dict[str, Any]) -> None:
    assert listing_of_offer(an_offer(**given)) is None


@pytest.mark.parametrize("source_id", ["s1", "a\nb"], ids=ascii)
def test_a_hotline_has_a_listing_if_its_readers_take_its_id(source_id: str) -> None:
    hotline = ServiceWithoutOffer(
        "harbour", source_id, "us-fl-miami", hotline=True, name="Night line", active=True
    )

    listing = listing_of_hotline(hotline)

    assert (listing is None) == (source_id != "s1")
    assert listing is None or listing.new.state["hotline"]
