"""The demonstration's submissions get the answers they are written for."""

import json
from collections import Counter
from itertools import pairwise
from uuid import UUID

import pytest

from alongside_contracts.cloudevents import decode
from alongside_contracts.errors import MalformedEvent
from alongside_contracts.event import parse
from alongside_contracts.intake import SubmissionReceived
from alongside_contracts.vocabulary import Answer
from alongside_intake.domain.facts import CurrentSubmission, PriorRecords, State
from alongside_localstack.sample.script import SPECIAL_SUBMISSIONS, ScriptedSubmission, make_script
from tests.unit.sample.network import NOW, SEED, decision_of, matched, pool

COUNTS = pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 20, 101])


def answer_of(scripted: ScriptedSubmission) -> Answer:
    """Return intake's answer to the record's bytes."""
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
    for scripted in make_script("run1", count, SEED, NOW).submissions:
        assert answer_of(scripted) is scripted.expected, scripted


@COUNTS
def test_there_is_one_of_each_special_scene_whatever_the_count(count: int) -> None:
    demo_script = make_script("run1", count, SEED, NOW)

    assert len(demo_script.submissions) == count + SPECIAL_SUBMISSIONS
    assert Counter(scripted.expected for scripted in demo_script.submissions) == {
        Answer.ADMITTED: count,
        Answer.ESCALATED: 1,
        Answer.REFUSED: 1,
        Answer.REJECTED: 1,
        Answer.LINKED: 1,
    }


@COUNTS
def test_a_duplicate_follows_what_it_repeats_under_the_same_key_as_a_new_event(count: int) -> None:
    submissions = make_script("run1", count, SEED, NOW).submissions
    (duplicate,) = [scripted for scripted in submissions if scripted.repeats]
    (first,) = [scripted for scripted in submissions if scripted.event_id == duplicate.repeats]

    assert submissions.index(first) < submissions.index(duplicate)
    assert duplicate.event_id != first.event_id
    assert duplicate.record()[:3] == first.record()[:3]


def test_no_other_scenes_share_an_event_a_reference_or_a_person() -> None:
    submissions = make_script("run1", 50, SEED, NOW).submissions
    people = [scripted.submission.person_reference for scripted in submissions if scripted.creates_person]

    assert len({scripted.event_id for scripted in submissions}) == len(submissions)
    assert len({scripted.submission.reference for scripted in submissions}) == len(submissions) - 1
    assert len(set(people)) == len(people) == len(submissions) - 2


def test_both_partners_have_their_share() -> None:
    demo_script = make_script("run1", 20, SEED, NOW)

    shares = Counter(scripted.partner.id for scripted in demo_script.with_answer(Answer.ADMITTED))
    assert shares == {"st-mary-hospital": 10, "county-court": 10}


def test_special_submissions_are_spread_among_the_valid_ones() -> None:
    submissions = make_script("run1", 20, SEED, NOW).submissions
    specials = [number for number, scripted in enumerate(submissions) if scripted.expected != Answer.ADMITTED]

    assert specials[0] > 2
    assert all(later - earlier > 1 for earlier, later in pairwise(specials))


def test_the_garbled_record_is_a_cloud_event_whose_body_is_no_json() -> None:
    (garbled,) = make_script("run1", 5, SEED, NOW).with_answer(Answer.REFUSED)
    _, key, value, headers = garbled.record(NOW)

    assert decode(key, value, headers).id == garbled.event_id
    with pytest.raises(json.JSONDecodeError):
        json.loads(value)


def test_the_same_run_plays_the_same_and_two_runs_never_meet() -> None:
    one, other = make_script("run1", 20, SEED, NOW), make_script("run2", 20, SEED, NOW)

    assert make_script("run1", 20, SEED, NOW) == one
    assert not {scripted.event_id for scripted in one.submissions} & {
        scripted.event_id for scripted in other.submissions
    }


@pytest.mark.parametrize("seed", range(3))
def test_everyone_in_the_cast_can_be_matched_at_once(seed: int) -> None:
    demo_script = make_script("run1", 100, seed, NOW).with_answer(Answer.ADMITTED)

    assert None not in matched([scripted.submission for scripted in demo_script], pool("us-fl-miami"))


def test_a_demonstration_without_anybody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        make_script("run1", 0, SEED, NOW)
