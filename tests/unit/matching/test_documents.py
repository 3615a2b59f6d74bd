"""What a referral seeks survives being stored: no wish, and no limit to a consent, is lost on the way."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from alongside_matching.allocation.store import documents
from alongside_matching.engine.facts import Request
from tests.unit.matching.regions import requests

CONSENTS: Final = st.none() | st.frozensets(st.uuids(), max_size=2)


@given(requests, CONSENTS)
def test_what_is_sought_is_read_as_it_was_stored(sought: Request, consent: frozenset[UUID] | None) -> None:
    request = replace(sought, consent_offers=consent)

    known = documents.request(
        documents.of_request(request),
        referral_id=request.referral_id,
        region=request.region,
        asked=request.asked,
        waiting_since=request.waiting_since,
    )

    assert known == request
