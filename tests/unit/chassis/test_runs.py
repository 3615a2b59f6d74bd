"""What may be handled together: many events of one type, never two of one key turned around."""

from uuid import UUID

from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from alongside_chassis.consume.reading import Heard, read
from alongside_chassis.consume.runs import runs
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchAccepted, MatchProposed
from tests.builders import a_proposal, an_acceptance, an_admission

WANTED: set[type[Event]] = {SubmissionAdmitted, MatchProposed, MatchAccepted}
BATCHED: set[type[Event]] = {SubmissionAdmitted, MatchProposed}
stories = st.lists(
    st.tuples(st.sampled_from(["admitted", "proposed", "accepted"]), st.integers(1, 4)), max_size=30
)


def heard(story: list[tuple[str, int]]) -> list[Heard]:
    """Events as they were read: what happened, to which referral, in this order."""
    return [_read(_event(what, UUID(int=referral)), offset) for offset, (what, referral) in enumerate(story)]


def _event(what: str, referral: UUID) -> Event:
    if what == "admitted":
        return an_admission(referral)
    proposal = a_proposal(referral)
    return proposal if what == "proposed" else an_acceptance(proposal)


def _read(event: Event, offset: int) -> Heard:
    envelope = CloudEvent(
        id=str(offset), source="urn:test", type=event.type, data=event.model_dump_json().encode()
    )
    headers = tuple(cloudevents.encode(envelope))
    value = envelope.data
    topic, key = event.stream.topic(), event.key.encode()
    record = ConsumerRecord(topic, 0, offset, 0, 0, key, value, None, len(key), len(value), headers)
    item = read(record, WANTED)
    assert isinstance(item, Heard)
    return item


def offsets(found: list[list[Heard]]) -> list[list[int]]:
    """The runs by the offsets of their records."""
    return [[item.record.offset for item in run] for run in found]


def test_events_of_one_type_come_together_though_others_stand_between_them() -> None:
    story = heard([("admitted", 1), ("proposed", 1), ("admitted", 2), ("proposed", 2), ("admitted", 3)])

    assert offsets(runs(story, BATCHED)) == [[0, 2, 4], [1, 3]]


def test_an_event_never_goes_ahead_of_one_with_its_key() -> None:
    story = heard([("proposed", 1), ("admitted", 1), ("proposed", 1), ("proposed", 2)])

    assert offsets(runs(story, BATCHED)) == [[0], [1], [2, 3]]


def test_what_is_handled_alone_stays_alone() -> None:
    story = heard([("accepted", 1), ("accepted", 2)])

    assert offsets(runs(story, BATCHED)) == [[0], [1]]


@given(stories)
def test_whatever_happens_each_key_is_seen_in_its_order_and_nothing_is_left_out(
    story: list[tuple[str, int]],
) -> None:
    items = heard(story)

    found = runs(items, BATCHED)

    handled = [item for run in found for item in run]
    assert sorted(item.record.offset for item in handled) == list(range(len(story)))
    for key in {item.record.key for item in items}:
        seen = [item.record.offset for item in handled if item.record.key == key]
        assert seen == sorted(seen)
    for run in found:
        assert len({type(item.event) for item in run}) == 1
        assert len(run) == 1 or type(run[0].event) in BATCHED
