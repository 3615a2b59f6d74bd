"""Decisions about a batch, without a database: grouping of events, the next try after an error, counts by outcome."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TypeVar
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from alongside_chassis.consume.decoding import (
    Decoded,
    ReceivedEvent,
    RefusedRecord,
    decode,
    position_of,
    refused_record,
)
from alongside_chassis.consume.delivery import Verdict
from alongside_chassis.consume.limits import Limits
from alongside_chassis.consume.plan import (
    AttemptResult,
    NextTry,
    Plan,
    Stop,
    Tries,
    TryAlone,
    WaitFor,
    count,
    first_time,
    handled_of,
    is_to_blame,
    next_try,
    plan_of,
    steps,
)
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.event import Event
from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.matching import MatchAccepted, MatchProposed
from alongside_contracts.vocabulary import ProblemCode
from tests.builders import a_proposal, an_acceptance, an_admission

WANTED: set[type[Event]] = {SubmissionAdmitted, MatchProposed, MatchAccepted}
BATCHED: set[type[Event]] = {SubmissionAdmitted, MatchProposed}
LIMITS = Limits(handler_attempts_max=3, retry_seconds_max=5.0)
CAUSED_BY_A_RECORD_OR_UNFORESEEN = [Verdict.REFUSE, None]
Item = TypeVar("Item", ReceivedEvent, RefusedRecord)

events = st.tuples(st.sampled_from(["admitted", "proposed", "accepted"]), st.integers(1, 4))
sequences = st.lists(events, max_size=30)
batches = st.lists(events | st.sampled_from(["unreadable", "for others"]), max_size=30)
verdicts = st.sampled_from([*Verdict, None])


def received_events(sequence: Sequence[tuple[str, int]]) -> list[ReceivedEvent]:
    """Build decoded events from pairs of an event's name (such as "admitted") and a referral's number, in this order."""
    return [received_at(offset, what, referral) for offset, (what, referral) in enumerate(sequence)]


def received_at(offset: int, what: str = "admitted", referral: int = 1) -> ReceivedEvent:
    """Build one decoded event, from the record at this offset."""
    event = _event(what, UUID(int=referral))
    envelope = CloudEvent(
        id=str(offset), source="urn:test", type=event.type, data=event.model_dump_json().encode()
    )
    item = _decode(offset, event.key.encode(), envelope.data, tuple(cloudevents.encode(envelope)))
    assert isinstance(item, ReceivedEvent)
    return item


def _event(what: str, referral: UUID) -> Event:
    if what == "admitted":
        return an_admission(referral)
    proposal = a_proposal(referral)
    return proposal if what == "proposed" else an_acceptance(proposal)


def unreadable_at(offset: int) -> RefusedRecord:
    """Build a record that cannot be decoded."""
    item = _decode(offset, b"k", b"{", ())
    assert isinstance(item, RefusedRecord)
    return item


def _decode(offset: int, key: bytes, value: bytes, headers: tuple[tuple[str, bytes], ...]) -> Decoded:
    topic = SubmissionAdmitted.stream.topic()
    record = ConsumerRecord(topic, 0, offset, 0, 0, key, value, None, len(key), len(value), headers)
    return decode(record, WANTED)


def decoded_of(batch: Sequence[tuple[str, int] | str]) -> list[Decoded]:
    """Build a decoded batch; a record for other services is None."""
    return [_decoded(offset, item) for offset, item in enumerate(batch)]


def _decoded(offset: int, item: tuple[str, int] | str) -> Decoded:
    if isinstance(item, tuple):
        return received_at(offset, *item)
    return unreadable_at(offset) if item == "unreadable" else None


def refused(item: ReceivedEvent) -> RefusedRecord:
    """Build the refused record of an event whose handler refused it."""
    error = MalformedEvent(ProblemCode.NOT_ELIGIBLE, "reference", "send another")
    return refused_record(item.record, item.stream, item.origin, error, item.envelope)


def offsets(items: Iterable[ReceivedEvent | RefusedRecord]) -> list[int]:
    """Return the offsets of the records."""
    return [item.record.offset for item in items]


def offsets_of_steps(
    sequence: Sequence[ReceivedEvent], batched: set[type[Event]] = BATCHED, *, alone: bool = False
) -> list[list[int]]:
    """Group the events into steps; return the offsets of each step."""
    return [offsets(step) for step in steps(sequence, batched, alone=alone)]


def decisions_after(
    errors: Iterable[Verdict | None], limits: Limits = LIMITS, tries: Tries | None = None
) -> tuple[list[NextTry], Tries]:
    """Return the decision after each of these errors, and the final tries."""
    decisions, tries = [], tries or Tries()
    for verdict in errors:
        decision, tries = next_try(verdict, tries, limits)
        decisions.append(decision)
    return decisions, tries


def pauses(decisions: Iterable[NextTry]) -> list[float]:
    """Return the seconds between attempts."""
    return [decision.seconds for decision in decisions if isinstance(decision, WaitFor)]


# The records of a batch are sorted.


def test_a_batch_is_sorted_into_events_to_handle_records_to_dead_letter_and_ignored_ones() -> None:
    plan = plan_of(decoded_of([("admitted", 1), "unreadable", "for others", ("proposed", 1), "for others"]))

    assert (offsets(plan.events), offsets(plan.unreadable), plan.ignored) == ([0, 3], [1], 2)
    assert offsets(plan.items) == [0, 3, 1]


def test_records_that_stay_on_their_stream_leave_the_plan_and_nothing_else_does() -> None:
    plan = plan_of(decoded_of([("admitted", 1), "unreadable", ("admitted", 2), "unreadable", "for others"]))

    smaller = plan.without({position_of(plan.events[1]), position_of(plan.unreadable[0])})

    assert (offsets(smaller.events), offsets(smaller.unreadable), smaller.ignored) == ([0], [3], 1)


# Each event is handled once.


def test_an_event_handled_by_an_earlier_batch_is_a_duplicate() -> None:
    first, second, third = received_events([("admitted", 1), ("admitted", 2), ("admitted", 3)])

    fresh = first_time([first, second, third], {third.inbox_id, first.inbox_id})

    assert offsets(fresh) == [0, 2]


def test_the_first_of_two_copies_in_one_batch_is_handled() -> None:
    first, copy = received_events([("admitted", 1), ("admitted", 1)])
    copy.inbox_id = first.inbox_id
    unseen = {first.inbox_id}

    fresh = first_time([first, copy], unseen)

    assert offsets(fresh) == [0]
    assert unseen == {first.inbox_id}


def test_an_event_that_its_handler_refused_was_not_handled() -> None:
    items = received_events([("admitted", 1), ("admitted", 2), ("admitted", 3)])

    assert offsets(handled_of(items, [refused(items[1])])) == [0, 2]
    assert offsets(handled_of(items, [])) == [0, 1, 2]


# Events are grouped for handlers.


def test_events_of_one_type_are_grouped_though_others_come_between_them() -> None:
    sequence = received_events(
        [("admitted", 1), ("proposed", 1), ("admitted", 2), ("proposed", 2), ("admitted", 3)]
    )

    assert offsets_of_steps(sequence) == [[0, 2, 4], [1, 3]]


def test_an_event_never_overtakes_another_with_its_key() -> None:
    sequence = received_events([("proposed", 1), ("admitted", 1), ("proposed", 1), ("proposed", 2)])

    assert offsets_of_steps(sequence) == [[0], [1], [2, 3]]


def test_events_without_a_batch_handler_are_not_grouped() -> None:
    sequence = received_events([("accepted", 1), ("accepted", 2)])

    assert offsets_of_steps(sequence) == [[0], [1]]


def test_without_batch_handlers_every_event_is_handled_alone_in_record_order() -> None:
    sequence = received_events([("admitted", 1), ("proposed", 1), ("admitted", 2)])

    assert offsets_of_steps(sequence, set()) == [[0], [1], [2]]


@given(sequences)
def test_for_any_events_each_key_keeps_its_order_and_none_is_left_out(
    sequence: list[tuple[str, int]],
) -> None:
    items = received_events(sequence)

    found = list(steps(items, BATCHED, alone=False))

    handled = [item for step in found for item in step]
    assert sorted(item.record.offset for item in handled) == list(range(len(sequence)))
    for key in {item.record.key for item in items}:
        seen = [item.record.offset for item in handled if item.record.key == key]
        assert seen == sorted(seen)
    for step in found:
        assert len({type(item.event) for item in step}) == 1
        assert len(step) == 1 or type(step[0].event) in BATCHED


@given(sequences)
def test_when_a_batch_is_tried_again_each_event_is_handled_alone_in_record_order(
    sequence: list[tuple[str, int]],
) -> None:
    assert offsets_of_steps(received_events(sequence), alone=True) == [
        [offset] for offset in range(len(sequence))
    ]


# The next try after an error.


@pytest.mark.parametrize("verdict", CAUSED_BY_A_RECORD_OR_UNFORESEEN)
def test_when_a_record_may_be_the_cause_the_batch_is_tried_again_at_once_event_by_event(
    verdict: Verdict | None,
) -> None:
    assert next_try(verdict, Tries(), LIMITS) == (TryAlone(), Tries(alone=True, attempt=2))


@pytest.mark.parametrize("verdict", CAUSED_BY_A_RECORD_OR_UNFORESEEN)
def test_an_error_that_no_single_event_causes_stops_the_batch_after_the_last_attempt(
    verdict: Verdict | None,
) -> None:
    decisions, tries = decisions_after([verdict] * 4)

    assert decisions == [TryAlone(), TryAlone(), TryAlone(), Stop()]
    assert tries == Tries(alone=True, attempt=4)


def test_the_limits_set_the_number_of_attempts() -> None:
    decisions, _ = decisions_after([None, None], Limits(handler_attempts_max=1))

    assert decisions == [TryAlone(), Stop()]


def test_while_infrastructure_is_unavailable_pauses_double_up_to_the_longest_and_each_is_reported() -> None:
    decisions, tries = decisions_after(repeat(Verdict.WAIT, 8))

    assert pauses(decisions) == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    assert decisions[2] == WaitFor(0.8, 3, is_reported=True)
    assert all(isinstance(decision, WaitFor) and decision.is_reported for decision in decisions)
    assert tries == Tries(waits=8)


def test_pauses_stop_doubling_however_long_infrastructure_is_unavailable() -> None:
    decisions, _ = decisions_after(repeat(Verdict.WAIT, 5_000), Limits(retry_seconds_max=1e300))

    assert max(pauses(decisions)) == pauses(decisions)[-1] == 102.4


def test_after_lost_races_the_batch_is_tried_again_after_pauses_that_grow_to_a_second() -> None:
    decisions, tries = decisions_after(repeat(Verdict.RETRY, 12))

    assert pauses(decisions) == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1, 1])
    assert tries == Tries(races=12)


def test_three_lost_races_are_silent_and_the_fourth_is_reported_as_the_fourth() -> None:
    decisions, _ = decisions_after(repeat(Verdict.RETRY, 5))

    reported = [(wait.failures, wait.is_reported) for wait in decisions if isinstance(wait, WaitFor)]
    assert reported == [(1, False), (2, False), (3, False), (4, True), (5, True)]


@pytest.mark.parametrize("tries", [Tries(), Tries(alone=True, attempt=2, races=1, waits=1)])
def test_an_error_that_only_a_person_can_correct_stops_the_batch_at_once(tries: Tries) -> None:
    assert next_try(Verdict.STOP, tries, LIMITS) == (Stop(), tries)


@pytest.mark.parametrize("verdict", [Verdict.WAIT, Verdict.RETRY])
@pytest.mark.parametrize("tries", [Tries(), Tries(alone=True, attempt=4)])
def test_waits_and_lost_races_use_up_no_attempts_and_do_not_change_how_events_are_handled(
    verdict: Verdict, tries: Tries
) -> None:
    decisions, after = decisions_after([verdict] * 9, tries=tries)

    assert len(pauses(decisions)) == 9
    assert (after.alone, after.attempt) == (tries.alone, tries.attempt)


@given(st.lists(verdicts, max_size=40))
def test_errors_in_any_order_are_each_counted_by_verdict(
    errors: list[Verdict | None],
) -> None:
    decisions, tries = decisions_after(errors)

    refusals = sum(verdict in (Verdict.REFUSE, None) for verdict in errors)
    assert tries == Tries(
        alone=refusals > 0,
        attempt=1 + min(refusals, 3),
        races=errors.count(Verdict.RETRY),
        waits=errors.count(Verdict.WAIT),
    )
    assert decisions.count(Stop()) == errors.count(Verdict.STOP) + max(0, refusals - 3)
    assert all(0 < seconds <= 5 for seconds in pauses(decisions))


# The record that causes an error.


def test_a_record_that_its_handler_refuses_is_dead_lettered_at_the_first_attempt() -> None:
    assert is_to_blame(Verdict.REFUSE, 1, LIMITS)


def test_an_event_is_blamed_for_an_unforeseen_error_only_at_its_last_attempt() -> None:
    assert [is_to_blame(None, attempt, LIMITS) for attempt in range(1, 6)] == [
        False,
        False,
        True,
        True,
        True,
    ]


@pytest.mark.parametrize("verdict", [Verdict.WAIT, Verdict.RETRY, Verdict.STOP])
def test_no_event_is_blamed_for_infrastructure_a_lost_race_or_our_own_mistake(verdict: Verdict) -> None:
    assert not any(is_to_blame(verdict, attempt, LIMITS) for attempt in range(1, 6))


# What is counted.


def test_a_record_handled_or_dead_lettered_before_is_a_duplicate() -> None:
    plan = Plan(received_events([("admitted", 1)] * 5), [unreadable_at(5), unreadable_at(6)], ignored=4)
    handled, kept = plan.events[:3], [refused(plan.events[3]), plan.unreadable[0]]

    assert count(plan, AttemptResult(handled, kept)) == {
        "handled": 3,
        "duplicate": 2,
        "refused": 2,
        "ignored": 4,
    }


def test_when_all_records_are_ignored_only_they_are_counted() -> None:
    assert count(plan_of([None, None]), None) == {"ignored": 2}


@given(batches, st.data())
def test_every_record_of_a_batch_is_counted_once(
    batch: list[tuple[str, int] | str], data: st.DataObject
) -> None:
    plan = plan_of(decoded_of(batch))
    fresh = _draw_some(data, plan.events)
    refused_records = [refused(item) for item in _draw_some(data, fresh)]
    dead_lettered = _draw_some(data, [*plan.unreadable, *refused_records])

    outcome = count(plan, AttemptResult(handled_of(fresh, refused_records), dead_lettered))

    assert sum(outcome.values()) == len(batch)
    assert min(outcome.values()) >= 0
    assert outcome["handled"] == len(fresh) - len(refused_records)
    assert outcome["ignored"] == batch.count("for others")


def _draw_some(data: st.DataObject, items: Sequence[Item]) -> list[Item]:
    taken = data.draw(st.lists(st.booleans(), min_size=len(items), max_size=len(items)))
    return [item for item, take in zip(items, taken, strict=True) if take]
