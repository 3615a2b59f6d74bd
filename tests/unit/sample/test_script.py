"""The demonstration's cast gets the answers it is written for."""

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
from alongside_localstack.sample.script import SPECIAL_SCENES, Scene, script
from tests.unit.sample.network import NOW, SEED, decision_of, matched, pool

COUNTS = pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 20, 101])


def answer_of(scene: Scene) -> Answer:
    """What intake would answer, from the record's very bytes."""
    _, key, value, headers = scene.record(NOW)
    event = decode(key, value, headers)
    try:
        submission = parse(SubmissionReceived, event.data)
    except MalformedEvent:
        return Answer.REFUSED
    assert isinstance(submission, SubmissionReceived)
    known = (
        PriorRecords(current=CurrentSubmission(UUID(int=1), State.ADMITTED))
        if scene.repeats
        else PriorRecords()
    )
    return Answer(decision_of(submission, known).state.value)


@COUNTS
def test_every_scene_gets_the_answer_it_is_written_for(count: int) -> None:
    for scene in script("run1", count, SEED, NOW).scenes:
        assert answer_of(scene) is scene.expected, scene


@COUNTS
def test_there_is_one_of_each_special_scene_whatever_the_count(count: int) -> None:
    cast = script("run1", count, SEED, NOW)

    assert len(cast.scenes) == count + SPECIAL_SCENES
    assert Counter(scene.expected for scene in cast.scenes) == {
        Answer.ADMITTED: count,
        Answer.ESCALATED: 1,
        Answer.REFUSED: 1,
        Answer.REJECTED: 1,
        Answer.LINKED: 1,
    }


@COUNTS
def test_a_duplicate_follows_what_it_repeats_under_the_same_key_as_a_new_event(count: int) -> None:
    scenes = script("run1", count, SEED, NOW).scenes
    (duplicate,) = [scene for scene in scenes if scene.repeats]
    (first,) = [scene for scene in scenes if scene.event_id == duplicate.repeats]

    assert scenes.index(first) < scenes.index(duplicate)
    assert duplicate.event_id != first.event_id
    assert duplicate.record()[:3] == first.record()[:3]


def test_no_other_scenes_share_an_event_a_reference_or_a_person() -> None:
    scenes = script("run1", 50, SEED, NOW).scenes
    people = [scene.submission.person_reference for scene in scenes if scene.opens_a_person]

    assert len({scene.event_id for scene in scenes}) == len(scenes)
    assert len({scene.submission.reference for scene in scenes}) == len(scenes) - 1
    assert len(set(people)) == len(people) == len(scenes) - 2


def test_both_partners_have_their_share() -> None:
    cast = script("run1", 20, SEED, NOW)

    shares = Counter(scene.partner.id for scene in cast.expecting(Answer.ADMITTED))
    assert shares == {"st-mary-hospital": 10, "county-court": 10}


def test_special_scenes_stand_among_the_good_ones() -> None:
    scenes = script("run1", 20, SEED, NOW).scenes
    specials = [place for place, scene in enumerate(scenes) if scene.expected is not Answer.ADMITTED]

    assert specials[0] > 2
    assert all(later - earlier > 1 for earlier, later in pairwise(specials))


def test_the_garbled_record_is_a_cloud_event_whose_body_is_no_json() -> None:
    (garbled,) = script("run1", 5, SEED, NOW).expecting(Answer.REFUSED)
    _, key, value, headers = garbled.record(NOW)

    assert decode(key, value, headers).id == garbled.event_id
    with pytest.raises(json.JSONDecodeError):
        json.loads(value)


def test_the_same_run_plays_the_same_and_two_runs_never_meet() -> None:
    one, other = script("run1", 20, SEED, NOW), script("run2", 20, SEED, NOW)

    assert script("run1", 20, SEED, NOW) == one
    assert not {scene.event_id for scene in one.scenes} & {scene.event_id for scene in other.scenes}


@pytest.mark.parametrize("seed", range(3))
def test_everyone_in_the_cast_can_be_matched_at_once(seed: int) -> None:
    cast = script("run1", 100, seed, NOW).expecting(Answer.ADMITTED)

    assert None not in matched([scene.submission for scene in cast], pool("us-fl-miami"))


def test_a_demonstration_without_anybody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        script("run1", 0, SEED, NOW)
