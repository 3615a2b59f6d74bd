"""Every stream is listed once, has its own topics, and has an event for each of its writers."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from alongside_contracts import streams
from alongside_contracts.ids import PartnerId
from alongside_contracts.registry import all_events
from alongside_contracts.services import SERVICES
from alongside_contracts.streams import Stream

PARTNERS = st.from_regex(streams.PARTNER_ID, fullmatch=True)
PARTIES = {*SERVICES, "partner"}
each_stream = pytest.mark.parametrize("stream", streams.ALL, ids=lambda stream: stream.name)


def test_stream_names_are_unique_and_carry_a_version() -> None:
    names = [stream.name for stream in streams.ALL]

    assert len(set(names)) == len(names)
    assert all(re.search(r"\.v[1-9]\d*$", name) for name in names)


def test_every_stream_that_is_declared_is_listed() -> None:
    declared = {id(value) for value in vars(streams).values() if isinstance(value, Stream)}

    assert declared == {id(stream) for stream in streams.ALL}


@each_stream
def test_every_stream_has_valid_limits_and_known_parties(stream: Stream) -> None:
    assert stream.partitions >= 1
    assert stream.retention_ms >= streams.DAY_MS
    assert stream.bytes_max > streams.PAYLOAD_BYTES_MAX
    assert stream.writers <= PARTIES
    assert stream.readers <= PARTIES
    assert stream.summary
    assert stream.key


@each_stream
def test_no_partners_stream_is_compacted(stream: Stream) -> None:
    """A partner's key is its own reference: a replaced record would be a submission nobody reads."""
    assert not (stream.compacted and stream.per_partner)


@given(partner=PARTNERS)
def test_the_partner_is_found_from_its_topic(partner: str) -> None:
    for stream in (streams.PARTNER_REFERRALS, streams.PARTNER_STATUS):
        topic = stream.topic(partner)

        assert stream.partner_of(topic) == partner
        assert streams.stream_of(topic) is stream


@given(name=st.text(st.sampled_from("az09-._\n{}Ä"), max_size=45) | PARTNERS | PARTNERS.map(str.upper))
def test_a_topic_pattern_matches_partner_ids_only(name: str) -> None:
    topic = f"partner.{name}.referrals.v1"
    accepted = streams.PARTNER_REFERRALS.partner_of(topic)

    assert (accepted == name) == is_partner_id(name)
    assert (streams.stream_of(topic) is None) != is_partner_id(name)


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "crisis.v2",
        "crisisXv1",
        "crisis.v1.more",
        "xcrisis.v1",
        "crisis.v1\n",
        "partner..status.v1",
        "partner.a.b.status.v1",
        "partner.{partner}.status.v1",
    ],
)
def test_a_topic_that_is_not_ours_belongs_to_no_stream(topic: str) -> None:
    assert streams.stream_of(topic) is None


@each_stream
def test_a_partner_must_be_given_exactly_for_partner_streams(stream: Stream) -> None:
    wrong, right = (None, "bayside-hospital") if stream.per_partner else ("bayside-hospital", None)

    with pytest.raises(ValueError, match="partner"):
        stream.topic(wrong)
    assert re.match(stream.pattern, stream.topic(right))


def test_every_event_is_on_a_listed_stream_that_its_announcer_may_write() -> None:
    for event in all_events():
        assert event.stream in streams.ALL
        assert event.announced_by in event.stream.writers


def test_every_writer_of_a_stream_announces_an_event_on_it() -> None:
    announcing = {(event.stream.name, event.announced_by) for event in all_events()}

    assert {(stream.name, writer) for stream in streams.ALL for writer in stream.writers} == announcing


def is_partner_id(name: str) -> bool:
    """Return whether the typed id accepts it."""
    try:
        TypeAdapter(PartnerId).validate_python(name)
    except ValidationError:
        return False
    return True
