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
def test_limits_and_parties_make_sense(stream: Stream) -> None:
    assert stream.partitions >= 1
    assert stream.retention_ms >= streams.DAY_MS
    assert stream.bytes_max > streams.PAYLOAD_BYTES_MAX
    assert stream.writers <= PARTIES
    assert stream.readers <= PARTIES
    assert stream.summary
    assert stream.key


@given(partner=PARTNERS)
def test_a_partners_topic_leads_back_to_the_partner(partner: str) -> None:
    for stream in (streams.PARTNER_REFERRALS, streams.PARTNER_STATUS):
        topic = stream.topic(partner)

        assert stream.partner_of(topic) == partner
        assert streams.stream_of(topic) is stream


@given(name=st.text(st.sampled_from("az09-._\n{}Ä"), max_size=45) | PARTNERS | PARTNERS.map(str.upper))
def test_a_topic_pattern_takes_partner_ids_and_nothing_else(name: str) -> None:
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
def test_a_topic_is_asked_for_as_the_stream_needs_it(stream: Stream) -> None:
    wrong, right = (None, "bayside-hospital") if stream.per_partner else ("bayside-hospital", None)

    with pytest.raises(ValueError, match="partner"):
        stream.topic(wrong)
    assert re.match(stream.pattern, stream.topic(right))


def test_every_event_lies_on_a_listed_stream_its_announcer_may_write() -> None:
    for event in all_events():
        assert event.stream in streams.ALL
        assert event.announced_by in event.stream.writers


def test_nobody_may_write_where_they_announce_nothing() -> None:
    announcing = {(event.stream.name, event.announced_by) for event in all_events()}

    assert {(stream.name, writer) for stream in streams.ALL for writer in stream.writers} == announcing


def is_partner_id(name: str) -> bool:
    """Return whether the typed id accepts it."""
    try:
        TypeAdapter(PartnerId).validate_python(name)
    except ValidationError:
        return False
    return True
