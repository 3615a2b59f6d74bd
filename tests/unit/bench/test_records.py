"""Two runs with one seed measure the same work."""

from datetime import UTC, datetime
from itertools import islice

from opentelemetry import trace

from alongside_chassis.observe.telemetry import context_of
from alongside_contracts import cloudevents
from alongside_contracts.event import parse
from alongside_contracts.intake import SubmissionAdmitted, SubmissionReceived
from alongside_lab.bench.records import hop_records, journey_records, network_records, trace_header

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_same_seed_sends_the_same_bytes() -> None:
    one, other = (list(hop_records("hop-traced", 20, seed=3, now=NOW, sampled_share=0.5)) for _ in range(2))

    assert one == other


def test_both_hop_topics_hold_the_same_submissions() -> None:
    traced = hop_records("hop-traced", 20, seed=3, now=NOW, sampled_share=1.0)
    sampled = hop_records("hop-sampled", 20, seed=3, now=NOW, sampled_share=0.01)

    for one, other in zip(traced, sampled, strict=True):
        assert (one.key, one.value) == (other.key, other.value)
        assert one.topic != other.topic


def test_every_record_is_one_intake_can_read() -> None:
    for sender, record in islice(network_records(seed=3, now=NOW, sampled_share=1.0), 40):
        envelope = cloudevents.decode(record.key, record.value, record.headers)

        assert envelope.source == sender.source
        assert parse(SubmissionReceived, envelope.data).key.encode() == record.key


def test_the_same_seed_admits_the_same_referrals() -> None:
    one, other = (list(journey_records("hop", 20, seed=3, now=NOW, sampled_share=0.5)) for _ in range(2))

    assert one == other
    assert len({record.key for record in one}) == 20
    assert [record.key for record in one] == sorted(record.key for record in one)


def test_every_admission_is_one_that_intake_could_have_announced() -> None:
    for record in journey_records("hop", 20, seed=3, now=NOW, sampled_share=1.0):
        envelope = cloudevents.decode(record.key, record.value, record.headers)
        admitted = parse(SubmissionAdmitted, envelope.data)

        assert (envelope.source, envelope.type) == ("urn:alongside:service:intake", SubmissionAdmitted.type)
        assert (record.topic, record.key.decode()) == (SubmissionAdmitted.stream.topic(), admitted.key)
        assert isinstance(admitted, SubmissionAdmitted)
        assert admitted.partner == "hop"


def test_no_two_submissions_are_about_the_same_person() -> None:
    records = [record for _, record in islice(network_records(seed=3, now=NOW, sampled_share=1.0), 200)]

    assert len({record.key for record in records}) == 200
    assert len({parse(SubmissionReceived, record.value).person_reference for record in records}) == 200  # type: ignore[attr-defined]


def test_about_the_wanted_share_of_traces_is_sampled() -> None:
    assert sampled(sampled_share=1.0) == 1000
    assert 2 <= sampled(sampled_share=0.01) <= 25


def sampled(sampled_share: float) -> int:
    """Count the records of 1,000 whose trace is sampled."""
    headers = (trace_header(3, index, sampled_share) for index in range(1000))
    spans = (trace.get_current_span(context_of({name: value.decode()})) for name, value in headers)
    return sum(span.get_span_context().trace_flags.sampled for span in spans)
