"""A storm and its records depend on the seed only, and contain every kind of fault and record."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from alongside_contracts import cloudevents
from alongside_contracts.errors import MalformedEvent, UnknownEventType
from alongside_contracts.event import parse
from alongside_contracts.registry import event_class
from alongside_contracts.services import SERVICES
from alongside_lab.faults.fault_records import (
    CHANGES,
    NUMBER_HEADER,
    OUTBREAK,
    OUTBREAK_KIND,
    FaultRecord,
    make_records,
)
from alongside_lab.faults.storm import NETWORKS, SESSION_SECONDS, FaultKind, make_storm
from alongside_localstack.sample.partners import partners
from alongside_localstack.sample.submissions import Series

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_sample_records(seed: int = 1, count: int = 200) -> tuple[FaultRecord, ...]:
    """Return the records of one seed."""
    return make_records(partners(), Series("faults", seed, NOW), count)


def test_the_same_seed_makes_the_same_storm_and_another_seed_another() -> None:
    assert make_storm(7, 120) == make_storm(7, 120)
    assert make_storm(7, 120) != make_storm(8, 120)


def test_a_storm_hits_every_service_and_every_network_in_every_way() -> None:
    script = make_storm(3, 90)
    hit = {(fault.kind, fault.target) for fault in script}

    assert {
        (kind, service)
        for kind in (FaultKind.KILL, FaultKind.KILL_MID_RELAY, FaultKind.CLOCK_JUMP)
        for service in SERVICES
    } <= hit
    assert {
        (kind, net) for kind in (FaultKind.RESET, FaultKind.LATENCY, FaultKind.BLACK_HOLE) for net in NETWORKS
    } <= hit
    assert {fault.kind for fault in script} == set(FaultKind)


def test_a_long_storm_has_more_faults_than_a_short_one() -> None:
    assert len(make_storm(1, 600)) > 2 * len(make_storm(1, 60))


def test_faults_come_in_order_of_time_and_leave_some_peace_at_the_end() -> None:
    moments = [fault.at_seconds for fault in make_storm(5, 100)]

    assert moments == sorted(moments)
    assert all(0 < moment < 100 for moment in moments)


def test_a_pause_outlasts_the_session_so_that_partitions_move() -> None:
    assert all(f.seconds > SESSION_SECONDS for f in make_storm(2, 900) if f.kind is FaultKind.PAUSE)


def test_each_broker_is_killed_and_the_seed_says_when() -> None:
    brokers = ("kafka-1", "kafka-2", "kafka-3")
    script = make_storm(3, 90, brokers=brokers)

    assert {f.target for f in script if f.kind is FaultKind.KILL_KAFKA} == set(brokers)
    assert {f.target for f in script if f.kind is FaultKind.PAUSE_KAFKA} <= set(brokers)
    assert script == make_storm(3, 90, brokers=brokers)


def test_clocks_are_the_only_faults_with_a_shift_forward_and_back() -> None:
    script = [fault for seed in range(9) for fault in make_storm(seed, 90)]

    assert {f.shift_seconds for f in script if f.kind is FaultKind.CLOCK_JUMP} == {3_600, -3_600, 10_800}
    assert {f.shift_seconds for f in script if f.kind is not FaultKind.CLOCK_JUMP} == {0}


def test_impossible_kinds_of_faults_are_left_out() -> None:
    possible = [kind for kind in FaultKind if kind is not FaultKind.DISK_FULL]

    assert FaultKind.DISK_FULL not in {fault.kind for fault in make_storm(1, 300, possible)}


def test_the_same_seed_gives_the_same_records() -> None:
    assert make_sample_records(4) == make_sample_records(4)
    assert make_sample_records(4) != make_sample_records(5)


def test_records_contain_valid_ones_repeats_and_poison() -> None:
    kinds = Counter(record.kind.split("-")[0] for record in make_sample_records(count=200))

    assert kinds["good"] == 200
    assert min(kinds[each] for each in ("redelivered", "resent", "poison", "outside", "crisis")) > 0


def test_every_record_has_its_number() -> None:
    for position, record in enumerate(make_sample_records()):
        assert record.number == position
        assert dict(record.headers)[NUMBER_HEADER] == str(position).encode()


def test_a_repeat_comes_after_what_it_repeats_and_under_the_same_key() -> None:
    records = make_sample_records()
    for record in records:
        if record.repeats is not None:
            first = records[record.repeats]
            assert first.number < record.number
            assert (first.kind, first.key, first.topic) == ("good", record.key, record.topic)
            assert (record.event_id == first.event_id) is (record.kind == "redelivered")


@pytest.mark.parametrize(
    "record", [each for each in make_sample_records() if each.poison], ids=lambda each: each.kind
)
def test_poison_cannot_be_read_or_is_forged(record: FaultRecord) -> None:
    assert is_refused(record)


def test_a_sender_that_breaks_spoils_records_of_one_key_in_a_row() -> None:
    records = make_records(partners(), Series("faults", 1, NOW), 200, outbreak=OUTBREAK)
    spoiled = [record for record in records if record.kind == OUTBREAK_KIND]

    between = records[spoiled[0].number : spoiled[-1].number]
    assert len(spoiled) == OUTBREAK
    assert {record.kind for record in between} <= {OUTBREAK_KIND, "redelivered", "resent", *CHANGES}
    assert len({(record.topic, record.key) for record in spoiled}) == 1
    assert len({record.event_id for record in spoiled}) == OUTBREAK
    assert all(is_refused(record) for record in spoiled)


def test_everything_else_can_be_read() -> None:
    assert not [record.kind for record in make_sample_records() if not record.poison and is_refused(record)]


def test_neither_poison_nor_a_repeat_needs_a_separate_decision() -> None:
    assert {record.kind for record in make_sample_records() if record.is_decided} == {
        "good",
        "outside",
        "crisis",
    }


def is_refused(record: FaultRecord) -> bool:
    """Return whether a record cannot be read, or has a forged source."""
    try:
        envelope = cloudevents.decode(record.key, record.value, record.headers)
        parse(event_class(envelope.type), envelope.data)
    except (MalformedEvent, UnknownEventType):
        return True
    return envelope.source != f"urn:alongside:partner:{record.partner}"
