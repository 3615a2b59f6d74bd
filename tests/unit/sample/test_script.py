"""The demonstration's submissions get the answers they are written for."""

import json
from collections import Counter
from itertools import pairwise
from uuid import UUID

import pytest

from alongside_contracts.cloudevents import decode
from alongside_contracts.codes import installed
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.event import parse
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.vocabulary import Answer, Risk
from alongside_intake.danger.reading import read_danger
from alongside_intake.domain.facts import CurrentSubmission, PriorRecords, State
from alongside_localstack.sample.script import ScriptedRecord, make_script
from tests.unit.sample.network import NOW, SEED, decision_of, matched, pool

COUNTS = pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 20, 101])


def answer_of(scripted: ScriptedRecord) -> Answer:
    """Return intake's answer to the bytes of a submission that repeats nothing or is repeated unchanged."""
    _, key, value, headers = scripted.record(NOW)
    event = decode(key, value, headers)
    try:
        submission = parse(SubmissionReceived, event.data)
    except MalformedEvent:
        return Answer.REFUSED
    assert isinstance(submission, SubmissionReceived)
    known = (
        PriorRecords(current=CurrentSubmission(UUID(int=1), State.ADMITTED))
        if scripted.repeats
        else PriorRecords()
    )
    return Answer(decision_of(submission, known).state.value)


@COUNTS
def test_every_scene_gets_the_answer_it_is_written_for(count: int) -> None:
    for scripted in make_script("run1", count, SEED, NOW).records:
        if len(scripted.expected) == 1:
            assert (answer_of(scripted),) == scripted.expected, scripted


@COUNTS
def test_there_is_one_of_each_special_scene_whatever_the_count(count: int) -> None:
    records = make_script("run1", count, SEED, NOW).records

    assert Counter(scripted.expected[0] for scripted in records) == {
        Answer.ADMITTED: count + 3,
        Answer.ESCALATED: 1,
        Answer.REFUSED: 2,
        Answer.REJECTED: 1,
        Answer.LINKED: 1,
        Answer.AMENDED: 1,
        Answer.WITHDRAWN: 1,
        Answer.CONSENT_CHANGED: 1,
    }


@COUNTS
def test_a_record_about_an_earlier_one_follows_it_under_the_same_key_as_a_new_event(count: int) -> None:
    records = make_script("run1", count, SEED, NOW).records
    later = [scripted for scripted in records if scripted.repeats]

    assert len(later) == 4
    for scripted in later:
        (first,) = [each for each in records if each.event_id == scripted.repeats]
        assert records.index(first) < records.index(scripted)
        assert scripted.record()[:2] == first.record()[:2]
        assert (scripted.record().value == first.record().value) == (scripted.expected[0] is Answer.LINKED)


def test_no_other_scenes_share_an_event_a_reference_or_a_person() -> None:
    records = make_script("run1", 50, SEED, NOW).records
    people = [scripted.person_reference for scripted in records if scripted.person_reference]

    assert len({scripted.event_id for scripted in records}) == len(records)
    assert len({scripted.event.reference for scripted in records}) == len(records) - 4
    assert len(set(people)) == len(people) == len(records) - 6


def test_a_risk_can_be_read_in_the_broken_record() -> None:
    risks = installed()["risks"].names
    broken = make_script("run1", 5, SEED, NOW).with_answer(Answer.REFUSED)

    dangers = [read_danger(scripted.record(NOW).value, risks) for scripted in broken]

    assert [danger.risks if danger else None for danger in dangers] == [None, {Risk.IMMEDIATE_DANGER}]


def test_both_partners_have_their_share() -> None:
    demo_script = make_script("run1", 20, SEED, NOW)

    shares = Counter(scripted.partner.id for scripted in demo_script.with_answer(Answer.ADMITTED))
    assert shares == {"st-mary-hospital": 12, "county-court": 11}


def test_special_records_are_spread_among_the_valid_ones() -> None:
    records = make_script("run1", 20, SEED, NOW).records
    specials = [
        number
        for number, scripted in enumerate(records)
        if scripted.expected[0] != Answer.ADMITTED and len(scripted.expected) == 1
    ]

    assert specials[0] > 1
    assert all(later - earlier > 1 for earlier, later in pairwise(specials))


def test_the_garbled_record_is_a_cloud_event_whose_body_is_no_json() -> None:
    garbled, _ = make_script("run1", 5, SEED, NOW).with_answer(Answer.REFUSED)
    _, key, value, headers = garbled.record(NOW)

    assert decode(key, value, headers).id == garbled.event_id
    with pytest.raises(json.JSONDecodeError):
        json.loads(value)


def test_the_same_run_plays_the_same_and_two_runs_never_meet() -> None:
    one, other = make_script("run1", 20, SEED, NOW), make_script("run2", 20, SEED, NOW)

    assert make_script("run1", 20, SEED, NOW) == one
    assert not {scripted.event_id for scripted in one.records} & {
        scripted.event_id for scripted in other.records
    }


@pytest.mark.parametrize("seed", range(3))
def test_everyone_in_the_cast_can_be_matched_at_once(seed: int) -> None:
    demo_script = make_script("run1", 100, seed, NOW).with_answer(Answer.ADMITTED)

    submissions = [
        scripted.event for scripted in demo_script if isinstance(scripted.event, SubmissionReceived)
    ]
    assert None not in matched(submissions, pool("us-fl-miami"))


def test_a_demonstration_without_anybody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_script("run1", 0, SEED, NOW)
