"""A request survives storage: no preference and no limit of a consent is lost."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from hypothesis import given, strategies

from alongside_matching.allocation.store import documents
from alongside_matching.engine.facts import Request
from tests.unit.matching.regions import requests

CONSENTS: Final = strategies.none() | strategies.frozensets(strategies.uuids(), max_size=2)


@given(requests, CONSENTS)
def test_a_request_is_read_as_it_was_stored(request: Request, consent: frozenset[UUID] | None) -> None:
    request = replace(request, consent_offers=consent)

    known = documents.request_from_document(
        documents.request_to_document(request),
        referral_id=request.referral_id,
        region=request.region,
        asked=request.asked,
        waiting_since=request.waiting_since,
    )

    assert known == request
