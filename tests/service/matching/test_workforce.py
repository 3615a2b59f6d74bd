"""The record of a supporter: what is refused, what is never shown, and its effect on their places."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from alongside_chassis.testing import ServiceBench
from alongside_matching.catalogue.store import offers
from alongside_matching.engine.facts import Point
from tests.builders import REGION
from tests.service.matching.bench import admit, an_offer, places, story

YEAR = timedelta(days=365)
FULL: dict[str, Any] = {
    "kind": "supporter",
    "region": REGION,
    "needs": ["grief", "alcohol"],
    "languages": ["es", "en"],
    "formats": ["one-to-one"],
    "modes": ["in-person", "phone"],
    "hopes": ["connection"],
    "interests": ["music", "gardening"],
    "identities": ["woman", "immigrant"],
    "organisations": ["employer:4711"],
    "capacity": 4,
    "availability": [
        {"weekday": "tu", "starts": "18:00", "ends": "21:00"},
        {"weekday": "sa", "starts": "09:30", "ends": "12:00"},
    ],
    "position": {"latitude": 25.774, "longitude": -80.1937},
    "reach_km": 12.5,
    "required_endorsement": "substance-use-recovery",
    "check_required": True,
    "checked_until": "2030-05-01",
    "hours_per_week_max": 6,
    "supervisor": "supervisor-3",
    "trainings": [{"topic": "ethics-and-boundaries", "hours": 8, "completed_on": "2024-02-01"}],
}


def certificate(bench: ServiceBench, **given: Any) -> dict[str, Any]:
    """Return a certificate that was issued a year ago and is valid for another."""
    today = bench.clock.now().date()
    fields = {"issuer": "State board", "endorsement": "substance-use-recovery"}
    return fields | {"issued_on": str(today - YEAR), "expires_on": str(today + YEAR)} | given


def days_ago(bench: ServiceBench, days: int) -> str:
    """Return a day as JSON."""
    return str(bench.clock.now().date() - timedelta(days=days))


async def note(bench: ServiceBench, offer: UUID, what: str, **body: Any) -> dict[str, Any]:
    """Add to a supporter's record, and return the offer afterwards."""
    answer = await bench.client.post(f"/offers/{offer}/{what}", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def seen(bench: ServiceBench, offer: UUID) -> dict[str, Any]:
    """Return the offer as staff see it."""
    return dict((await bench.client.get(f"/offers/{offer}")).json())


async def test_a_full_record_is_shown_as_it_was_given_with_its_position_made_coarse(
    matching_bench: ServiceBench,
) -> None:
    form = FULL | {"certificates": [certificate(matching_bench)]}

    answer = await matching_bench.client.post("/offers", json=form)

    assert answer.status_code == 201, answer.text
    shown = answer.json()
    kept = form.keys() - {"hours_per_week_max", "supervisor", "trainings", "certificates", "position"}
    assert {name: shown[name] for name in kept} == {name: form[name] for name in kept}
    assert shown["position"] == {"latitude": 25.75, "longitude": -80.2}
    assert (shown["endorsements"], shown["certification_required"]) == (["substance-use-recovery"], True)
    record = (await matching_bench.client.get(f"/offers/{shown['id']}/record")).json()
    assert (record["hours_per_week_max"], record["supervisor"], record["training_hours"]) == (
        6,
        "supervisor-3",
        8,
    )
    assert record["certificates"] == [certificate(matching_bench) | {"valid": True}]


async def test_the_rules_know_everything_a_record_says_and_no_more(matching_bench: ServiceBench) -> None:
    form = FULL | {"certificates": [certificate(matching_bench)]}
    offer = UUID((await matching_bench.client.post("/offers", json=form)).json()["id"])

    async with matching_bench.runtime.read() as conn:
        (facts,) = await offers.load_facts(conn, [offer])
        assert await offers.load_page(conn, REGION, after=None) == [facts]
        assert await offers.load_page(conn, REGION, after=offer) == []
        assert await offers.load_page(conn, "us-oh-columbus", after=None) == []

    assert facts.availability.bit_count() == 6 + 5
    assert (facts.where, facts.reach_km) == (Point(25.75, -80.2), 12.5)
    assert facts.interests == {"music", "gardening"}
    assert facts.identities == {"woman", "immigrant"}
    assert (facts.hopes, facts.organisations) == (frozenset({"connection"}), frozenset({"employer:4711"}))
    assert (facts.endorsements, facts.required_endorsement) == (
        frozenset({"substance-use-recovery"}),
        "substance-use-recovery",
    )
    assert (facts.certification_required, facts.check_required) == (True, True)
    assert facts.certified_until == matching_bench.clock.now().date() + YEAR
    assert str(facts.checked_until) == "2030-05-01"


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        (
            {"availability": [{"weekday": "tu", "starts": "21:00", "ends": "18:00"}]},
            "body.availability",
            "end",
        ),
        (
            {
                "availability": [
                    {"weekday": "tu", "starts": "18:00", "ends": "20:00"},
                    {"weekday": "tu", "starts": "19:00", "ends": "21:00"},
                ]
            },
            "body.availability",
            "window 1",
        ),
        (
            {"availability": [{"weekday": "tu", "starts": "18:10", "ends": "20:00"}]},
            "body.availability",
            "half",
        ),
        ({"interests": ["musik"]}, "body.interests.0", "music"),
        ({"identities": ["womann"]}, "body.identities.0", "woman"),
        ({"required_endorsement": "wizardry"}, "body.required_endorsement", "forensic"),
        ({"capacity": -1}, "body.capacity", "0"),
        ({"position": None}, "body", "position"),
        ({"position": {"latitude": 91, "longitude": 0}}, "body.position.latitude", "90"),
        ({"kind": "service", "name": "Clinic"}, "body", "only a supporter"),
        ({"hours_per_week_max": 0}, "body.hours_per_week_max", "0"),
    ],
)
async def test_a_record_that_contradicts_itself_is_refused_naming_field_and_remedy(
    matching_bench: ServiceBench, wrong: dict[str, Any], field: str, says: str
) -> None:
    answer = await matching_bench.client.post("/offers", json=FULL | wrong)

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert says in answer.json()["remedy"].lower()
    assert not (await matching_bench.client.get("/offers")).json()["items"]


async def test_an_expired_certificate_is_refused_at_creation_and_later(matching_bench: ServiceBench) -> None:
    expired = certificate(matching_bench, expires_on=days_ago(matching_bench, 1))
    offer = await an_offer(matching_bench)

    created = await matching_bench.client.post("/offers", json=FULL | {"certificates": [expired]})
    added = await matching_bench.client.post(f"/offers/{offer}/certificates", json=expired)

    assert (created.status_code, created.json()["code"]) == (422, "certificate-expired")
    assert created.json()["field"] == "body.certificates.0.expires_on"
    assert (added.status_code, added.json()["field"]) == (422, "body.expires_on")


async def test_an_endorsement_is_gone_the_day_after_its_certificate_ran_out(
    matching_bench: ServiceBench,
) -> None:
    ends = matching_bench.clock.now() + timedelta(days=10)
    offer = await an_offer(matching_bench)
    await note(
        matching_bench,
        offer,
        "certificates",
        **certificate(matching_bench, expires_on=str(ends.date())),
    )

    before = (await seen(matching_bench, offer))["endorsements"]
    await matching_bench.fire_timers(ends + timedelta(days=2))

    assert before == ["substance-use-recovery"]
    assert (await seen(matching_bench, offer))["endorsements"] == []


@pytest.mark.parametrize(
    ("what", "body", "places_left"),
    [
        ("self-checks", {"rested": 2, "supported": 2, "able": 1}, 2),
        ("self-checks", {"rested": 1, "supported": 1, "able": 0}, 0),
        ("crises", {"minutes": 0}, 2),
        ("support", {"minutes": 360}, 0),
    ],
)
async def test_strain_lowers_the_places_and_time_gives_them_back(
    matching_bench: ServiceBench, what: str, body: dict[str, Any], places_left: int
) -> None:
    offer = UUID((await matching_bench.client.post("/offers", json=FULL)).json()["id"])
    on = {} if what == "self-checks" else {"on": days_ago(matching_bench, 0)}

    lowered = await note(matching_bench, offer, what, **body, **on)
    await note(matching_bench, offer, "supervisions", on=days_ago(matching_bench, 0), minutes=60)
    await matching_bench.fire_timers(matching_bench.clock.now() + timedelta(days=16))

    assert lowered["capacity"] == places_left
    assert (await seen(matching_bench, offer))["capacity"] == 4


async def test_nothing_shows_a_self_check_a_crisis_or_time_spent(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=2)
    today = days_ago(matching_bench, 0)
    answers = [
        await note(matching_bench, offer, "self-checks", rested=0, supported=1, able=0),
        await note(matching_bench, offer, "crises", on=today, minutes=45),
        await note(matching_bench, offer, "support", on=today, minutes=77),
    ]

    record = (await matching_bench.client.get(f"/offers/{offer}/record")).json()

    shown = {name for answer in [*answers, record] for name in answer}
    assert not shown & {"rested", "supported", "able", "crises", "support", "capacity_limit"}
    assert record["supervised_on"] == []
    assert await matching_bench.pool.fetchval("select count(*) from outbox") == 0


async def test_overdue_supervision_lowers_the_places_until_it_took_place(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench, capacity=4)

    await matching_bench.fire_timers(matching_bench.clock.now() + timedelta(days=40))
    overdue = (await seen(matching_bench, offer))["capacity"]
    after = await note(matching_bench, offer, "supervisions", on=days_ago(matching_bench, 0), minutes=60)

    assert (overdue, after["capacity"]) == (2, 4)


async def test_a_lowered_supporter_keeps_every_promise_and_makes_no_more(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench, capacity=4)
    for _ in range(3):
        await admit(matching_bench)

    lowered = await note(matching_bench, offer, "crises", on=days_ago(matching_bench, 0))
    next_in_line = await admit(matching_bench)

    assert lowered["capacity"] == 2
    assert await places(matching_bench, offer) == (3, 0)
    assert await story(matching_bench, next_in_line) == ["MatchWaitlisted"]


async def test_the_database_itself_refuses_a_promise_beyond_the_effective_capacity(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench, capacity=4)
    await admit(matching_bench)
    await note(matching_bench, offer, "self-checks", rested=0, supported=0, able=0)

    with pytest.raises(asyncpg.CheckViolationError, match="no place left"):
        await matching_bench.pool.execute("update offer set held = held + 1 where id = $1", offer)
    await matching_bench.pool.execute("update offer set held = 0, taken = 1 where id = $1", offer)

    assert await places(matching_bench, offer) == (0, 1)


async def test_places_freed_by_time_go_to_waiting_referrals(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=1)
    await note(matching_bench, offer, "crises", on=days_ago(matching_bench, 0))
    waiting = await admit(matching_bench)

    await matching_bench.fire_timers(matching_bench.clock.now() + timedelta(days=8))

    assert (await story(matching_bench, waiting))[:2] == ["MatchWaitlisted", "MatchProposed"]


async def test_a_caseload_is_never_above_the_norm_of_the_region(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=40)

    assert (await seen(matching_bench, offer))["capacity"] == 15


async def test_a_day_in_the_future_cannot_be_noted(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)
    tomorrow = days_ago(matching_bench, -2)
    training = {"topic": "confidentiality", "hours": 2, "completed_on": tomorrow}

    supervised = await matching_bench.client.post(f"/offers/{offer}/supervisions", json={"on": tomorrow})
    trained = await matching_bench.client.post(f"/offers/{offer}/trainings", json=training)

    assert (supervised.status_code, supervised.json()["field"]) == (422, "body.on")
    assert (trained.status_code, trained.json()["field"]) == (422, "body.completed_on")


async def test_a_group_has_no_record(matching_bench: ServiceBench) -> None:
    group = await an_offer(matching_bench, kind="group")

    answer = await matching_bench.client.get(f"/offers/{group}/record")

    assert (answer.status_code, answer.json()["code"]) == (409, "not-a-supporter")


async def test_a_pause_ends_at_its_time_and_waiting_referrals_are_matched(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench)
    until = matching_bench.clock.now() + timedelta(days=3)

    paused = await matching_bench.client.post(f"/offers/{offer}/pause", json={"until": until.isoformat()})
    waiting = await admit(matching_bench)
    await matching_bench.fire_timers(until)

    assert paused.json()["paused_because"] == "staff"
    assert (await seen(matching_bench, offer))["paused_because"] is None
    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]


async def test_a_pause_that_would_be_over_is_refused(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench)
    before = matching_bench.clock.now() - timedelta(minutes=1)

    answer = await matching_bench.client.post(f"/offers/{offer}/pause", json={"until": before.isoformat()})

    assert (answer.status_code, answer.json()["code"]) == (422, "until-in-the-past")


async def test_a_pause_changed_to_open_ended_does_not_end_at_the_earlier_time(
    matching_bench: ServiceBench,
) -> None:
    offer = await an_offer(matching_bench)
    until = matching_bench.clock.now() + timedelta(days=3)
    await matching_bench.client.post(f"/offers/{offer}/pause", json={"until": until.isoformat()})

    await matching_bench.client.post(f"/offers/{offer}/pause")
    await matching_bench.fire_timers(until)

    assert (await seen(matching_bench, offer))["paused_because"] == "staff"


async def test_capacity_and_availability_can_be_set_alone(matching_bench: ServiceBench) -> None:
    offer = await an_offer(matching_bench, capacity=0)
    waiting = await admit(matching_bench)
    window = {"weekday": "mo", "starts": "10:00", "ends": "12:30"}

    freed = await matching_bench.client.put(f"/offers/{offer}/capacity", json={"capacity": 1})
    free = await matching_bench.client.put(f"/offers/{offer}/availability", json={"windows": [window]})
    taken_back = await matching_bench.client.put(f"/offers/{offer}/capacity", json={"capacity": 0})

    assert (freed.status_code, free.json()["availability"]) == (200, [window])
    assert await story(matching_bench, waiting) == ["MatchWaitlisted", "MatchProposed"]
    assert (taken_back.status_code, taken_back.json()["code"]) == (409, "capacity-below-promised")
