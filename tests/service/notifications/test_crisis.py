"""A crisis pages a coordinator at once, then the ladder in turn, and ends only when one of them acknowledges it."""

from datetime import timedelta
from typing import Any

from alongside_contracts.ids import new_id
from tests.conftest import SUNDAY_NOON
from tests.service.failing import break_handlers, fail_until_dead_lettered, mend_handlers
from tests.service.notifications.conftest import Network, a_transition, an_escalation

QUARTER = timedelta(minutes=15)


async def crises(network: Network) -> list[dict[str, Any]]:
    """Return open crises as the API shows them."""
    open_crises: list[dict[str, Any]] = (await network.bench.client.get("/crisis")).json()["items"]
    return open_crises


async def paged(network: Network) -> list[str]:
    """Return the coordinators paged in the app, oldest page first."""
    return [
        n["recipient_id"] for n in reversed(await network.deliveries(role="coordinator", channel="in-app"))
    ]


async def test_a_crisis_pages_the_coordinator_on_call_in_the_app_and_by_mail(network: Network) -> None:
    event = an_escalation()

    await network.bench.hear(event)
    await network.urgent_lane.deliver_due()

    [mail] = network.mail.received
    assert mail.to == "ana@network.test"
    assert f"/submissions/{event.submission_id}" in mail.message.get_content()
    assert "danger" not in mail.message.as_string()
    inbox = (await network.bench.client.get("/inbox/coordinator/ana")).json()["items"]
    assert [(item["urgent"], item["submission_id"]) for item in inbox] == [(True, str(event.submission_id))]
    [crisis] = await crises(network)
    assert (crisis["coordinator"], crisis["step"]) == ("ana", 0)


async def test_the_urgent_lane_sends_only_mail_about_crises(network: Network) -> None:
    await network.bench.hear(a_transition(), a_transition(), an_escalation())

    await network.urgent_lane.deliver_due()

    assert [mail.to for mail in network.mail.received] == ["ana@network.test"]


async def test_without_acknowledgement_the_ladder_is_paged_in_turn_and_then_from_its_start(
    network: Network,
) -> None:
    await network.bench.hear(an_escalation())

    await network.bench.fire_timers(SUNDAY_NOON + QUARTER - timedelta(seconds=1))
    assert await paged(network) == ["ana"]
    await network.bench.fire_timers(SUNDAY_NOON + QUARTER)
    assert await paged(network) == ["ana", "ben"]
    await network.bench.fire_timers(SUNDAY_NOON + 2 * QUARTER)
    await network.bench.fire_timers(SUNDAY_NOON + 3 * QUARTER)

    assert await paged(network) == ["ana", "ben", "ana", "ben"]
    [crisis] = await crises(network)
    assert (crisis["coordinator"], crisis["step"], crisis["acknowledged_at"]) == ("ben", 3, None)


async def test_the_next_page_goes_out_once_a_clock_that_was_hours_ahead_is_corrected(
    network: Network,
) -> None:
    network.bench.clock.set_to(SUNDAY_NOON + 12 * QUARTER)
    await network.bench.hear(an_escalation(acknowledge_by=SUNDAY_NOON + 13 * QUARTER))

    network.bench.clock.set_to(SUNDAY_NOON)
    await network.bench.timers.fire_due()

    assert sorted(await paged(network)) == ["ana", "ben"]


async def test_a_page_that_always_fails_is_retried_every_minute_until_it_succeeds(network: Network) -> None:
    await network.bench.hear(an_escalation())
    await break_handlers(network.bench)

    again_at = await fail_until_dead_lettered(network.bench)
    await mend_handlers(network.bench)
    await network.bench.fire_timers(again_at)

    assert again_at < SUNDAY_NOON + QUARTER + timedelta(minutes=2)
    assert await paged(network) == ["ana", "ben"]
    assert [dead_letter.state for dead_letter in await network.bench.dead_letters()] == ["replayed"]


async def test_an_acknowledged_crisis_pages_nobody_else(network: Network) -> None:
    event = an_escalation()
    await network.bench.hear(event)

    answer = await network.bench.client.post(
        f"/crisis/{event.submission_id}/acknowledge", json={"coordinator": "ana"}
    )
    await network.bench.fire_timers(SUNDAY_NOON + 4 * QUARTER)

    assert answer.status_code == 200
    assert answer.json()["acknowledged_by"] == "ana"
    assert await crises(network) == []
    assert await paged(network) == ["ana"]


async def test_the_first_acknowledgement_of_a_crisis_is_the_recorded_one(network: Network) -> None:
    event = an_escalation()
    await network.bench.hear(event)
    url = f"/crisis/{event.submission_id}/acknowledge"

    await network.bench.client.post(url, json={"coordinator": "ana"})
    answer = await network.bench.client.post(url, json={"coordinator": "ben"})

    assert (answer.status_code, answer.json()["acknowledged_by"]) == (200, "ana")


async def test_the_same_crisis_heard_twice_pages_once(network: Network) -> None:
    event, event_id = an_escalation(), str(new_id())

    await network.bench.hear(event, event_id=event_id)
    await network.bench.hear(event, event_id=event_id)

    assert await paged(network) == ["ana"]


async def test_a_new_risk_on_an_acknowledged_submission_pages_again(network: Network) -> None:
    event = an_escalation()
    await network.bench.hear(event)
    await network.bench.client.post(f"/crisis/{event.submission_id}/acknowledge", json={"coordinator": "ana"})

    await network.bench.hear(event)

    assert await paged(network) == ["ana", "ana"]
    assert len(await crises(network)) == 1


async def test_a_region_without_a_ladder_is_served_by_the_common_one(network: Network) -> None:
    await network.bench.hear(an_escalation(region="us-ny-albany"))

    assert await paged(network) == ["on-call"]


async def test_an_unknown_crisis_cannot_be_acknowledged(network: Network) -> None:
    answer = await network.bench.client.post(f"/crisis/{new_id()}/acknowledge", json={"coordinator": "ana"})

    assert (answer.status_code, answer.json()["code"]) == (404, "crisis-not-found")


async def test_an_acknowledgement_without_a_name_is_refused_with_the_field(network: Network) -> None:
    event = an_escalation()
    await network.bench.hear(event)

    answer = await network.bench.client.post(f"/crisis/{event.submission_id}/acknowledge", json={})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.coordinator"
    assert len(await crises(network)) == 1


async def test_open_crises_are_listed_page_by_page_oldest_first(network: Network) -> None:
    events = [an_escalation() for _ in range(3)]
    for event in events:
        await network.bench.hear(event)
        network.bench.clock.advance(timedelta(seconds=1))

    first = (await network.bench.client.get("/crisis", params={"limit": 2})).json()
    second = (
        await network.bench.client.get("/crisis", params={"limit": 2, "cursor": first["next_cursor"]})
    ).json()

    shown = [item["submission_id"] for item in first["items"] + second["items"]]
    assert shown == [str(event.submission_id) for event in events]
    assert second["next_cursor"] is None
