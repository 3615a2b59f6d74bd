"""An id that is used again: the digest shows whether the content is the same, and a rule refuses what is not."""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from alongside_chassis.announce.inbox import digest_of
from alongside_chassis.consume.decoding import ReceivedEvent, RefusedRecord, decode
from alongside_chassis.consume.plan import is_different, refused_for_used_ids, split_at_used_ids
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.event import Event, parse
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_contracts.partner import ConsentStated, SubmissionWithdrawalRequested
from alongside_contracts.registry import all_events
from tests.builders import a_submission, an_admission

PARTNER = "st-mary-hospital"
BODY: dict[str, Any] = {
    "reference": "C-1",
    "person_reference": "p-c1",
    "setting": "hospital",
    "region": "us-fl-miami",
    "needs": ["depression", "grief"],
    "consent": {"decision": "given", "categories": ["needs"], "signed_at": "2026-11-01T10:00:00Z"},
}
BODY_DIGEST = "a4ddb7d96f3f7a553b8b5926225b98ce"


def digest(body: object) -> bytes:
    """Return the digest of a submission with this body, which is sent as it is when it is bytes."""
    return digest_of(
        parse(SubmissionReceived, body if isinstance(body, bytes) else json.dumps(body).encode())
    )


def received(*contents: tuple[str, str]) -> list[ReceivedEvent]:
    """Build a partner's events from pairs of an id and a content, in this order."""
    return [_received(offset, event_id, content) for offset, (event_id, content) in enumerate(contents)]


def _received(offset: int, event_id: str, content: str) -> ReceivedEvent:
    event = a_submission(reference=content, person_reference="p-1")
    item = decode(_record(offset, event_id, event, PARTNER), {SubmissionReceived})
    assert isinstance(item, ReceivedEvent)
    return item


def _record(offset: int, event_id: str, event: Event, partner: str | None) -> Any:
    envelope = CloudEvent(
        id=event_id,
        source=f"urn:alongside:partner:{partner}",
        type=event.type,
        data=event.model_dump_json().encode(),
    )
    topic, key, headers = event.stream.topic(partner), event.key.encode(), tuple(cloudevents.encode(envelope))
    return ConsumerRecord(
        topic, 0, offset, 0, 0, key, envelope.data, None, len(key), len(envelope.data), headers
    )


def offsets(items: Iterable[ReceivedEvent | RefusedRecord]) -> list[int]:
    """Return the offsets of the records."""
    return [item.record.offset for item in items]


def parts(events: Sequence[ReceivedEvent]) -> list[list[int]]:
    """Return the offsets of each part of a batch."""
    return [offsets(part) for part in split_at_used_ids(events)]


# The digest.


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(BODY, indent=3).encode(), id="whitespace"),
        pytest.param(dict(reversed(BODY.items())), id="the order of fields"),
        pytest.param(BODY | {"risks": [], "languages": ["en"], "urgency": "routine"}, id="defaults"),
        pytest.param(BODY | {"postal_code": None}, id="null"),
        pytest.param(BODY | {"consent": BODY["consent"] | {"recipients": "network"}}, id="a default inside"),
        pytest.param(BODY | {"pronouns": "they/them"}, id="a field nobody knows"),
        pytest.param(json.dumps(BODY).replace("10:00:00Z", "12:00:00+02:00").encode(), id="a time zone"),
        pytest.param(json.dumps(BODY).replace("grief", "gr\\u0069ef").encode(), id="an escape"),
    ],
)
def test_content_that_is_only_written_differently_has_the_same_digest(body: object) -> None:
    assert digest(body) == digest(BODY)


@pytest.mark.parametrize(
    "changed",
    [
        {"risks": ["danger-to-self"]},
        {"needs": ["grief", "depression"]},
        {"person_reference": "p-c2"},
        {"consent": None},
        {"consent": BODY["consent"] | {"signed_at": "2026-11-01T10:00:01Z"}},
        {"guardian_consent": True},
        {"consent_offers": []},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_any_field_that_says_something_else_changes_the_digest(changed: dict[str, Any]) -> None:
    assert digest(BODY | changed) != digest(BODY)


def test_the_digest_of_a_release_is_that_of_the_next() -> None:
    """Or else an identical repeat is refused after an upgrade."""
    assert digest(BODY).hex() == BODY_DIGEST


def test_the_same_fields_in_an_event_of_another_type_are_different_content() -> None:
    fields: dict[str, Any] = {"reference": "C-1"}

    consent = ConsentStated.model_construct(**fields)
    withdrawal = SubmissionWithdrawalRequested.model_construct(**fields)

    assert digest_of(consent) != digest_of(withdrawal)


@pytest.mark.parametrize("signed_at", ["1900-01-01T14:00:00+14:00", "2199-12-31T11:59:59-12:00"])
def test_a_time_at_either_end_of_what_is_read_has_a_digest(signed_at: str) -> None:
    body = BODY | {"consent": BODY["consent"] | {"signed_at": signed_at}}

    assert digest(body) != digest(BODY)


@pytest.mark.parametrize(
    "contract",
    [event for event in all_events() if event.announced_by == "partner"],
    ids=lambda event: event.type,
)
def test_a_partner_can_send_no_number_that_has_no_digest(contract: type[Event]) -> None:
    """A digest is made of whole numbers of 64 bits at most."""
    numbers = _integers(contract.model_json_schema())
    unbounded = [number for number in numbers if not {"minimum", "maximum"} <= number.keys()]

    assert unbounded == []


def _integers(schema: Any) -> list[dict[str, Any]]:
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    found = [schema] if isinstance(schema, dict) and schema.get("type") == "integer" else []
    return found + [item for part in inner for item in _integers(part)]


def test_only_partners_records_have_a_digest() -> None:
    ours = decode(_record(0, "e-1", an_admission(), None), {SubmissionAdmitted})
    (theirs,) = received(("e-1", "a"))

    assert isinstance(ours, ReceivedEvent)
    assert (ours.digest, theirs.digest) == (None, digest_of(theirs.event))


# The rule.


def test_content_without_a_digest_counts_as_identical() -> None:
    assert not is_different(None, b"a")
    assert not is_different(b"a", None)
    assert not is_different(b"a", b"a")
    assert is_different(b"a", b"b")


def test_an_id_used_for_different_content_is_refused_and_a_repeat_is_not() -> None:
    different, repeat, older, new = received(("e-1", "b"), ("e-2", "a"), ("e-3", "a"), ("e-4", "a"))
    used = {
        different.inbox_id: digest_of(a_submission()),
        repeat.inbox_id: repeat.digest,
        older.inbox_id: None,
    }

    refused = refused_for_used_ids([different, repeat, older, new], used)

    assert offsets(refused) == [0]
    problem = refused[0].problem
    assert (problem.code, problem.where, problem.remedy) == (
        "id-reused",
        "id",
        "send different content with a new ce_id",
    )


def test_a_refused_record_does_not_release_the_id_of_the_first() -> None:
    (item,) = received(("e-1", "b"))

    (refused,) = refused_for_used_ids([item], {item.inbox_id: digest_of(a_submission())})

    assert refused.inbox_id is None


def test_a_batch_is_split_only_where_an_id_has_different_content() -> None:
    assert parts([]) == []
    assert parts(received(("1", "a"), ("2", "a"), ("1", "a"), ("3", "b"))) == [[0, 1, 2, 3]]
    assert parts(received(("1", "a"), ("2", "a"), ("1", "b"), ("3", "a"))) == [[0, 1], [2, 3]]
    assert parts(received(("1", "a"), ("1", "b"), ("1", "a"))) == [[0], [1], [2]]


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("ab")), max_size=12))
def test_for_any_batch_parts_keep_every_record_in_order_and_one_content_for_each_id(
    contents: list[tuple[str, str]],
) -> None:
    found = split_at_used_ids(received(*contents))

    assert [offset for part in found for offset in offsets(part)] == list(range(len(contents)))
    for part in found:
        digests: dict[UUID, set[bytes | None]] = {}
        for item in part:
            digests.setdefault(item.inbox_id, set()).add(item.digest)
        assert all(len(of_one_id) == 1 for of_one_id in digests.values())
