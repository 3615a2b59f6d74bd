"""The API of dead letters: which routes require the token, and which fields."""

import base64
from uuid import uuid4

import pytest

from tests.builders import an_admission
from tests.service.chassis.conftest import BareBench
from tests.service.chassis.redriving import JOURNEY, OURS, Fault, at, faulty, post, replayed, the_dead_letter


async def test_dead_letters_are_listed_by_state_and_reason(bare: BareBench) -> None:
    async with faulty(bare, fault := Fault(r1=at("age"), r2=ZeroDivisionError())) as bench:
        await bench.hear(*(an_admission(reference=name) for name in ("r1", "r2")))
        fault.clear()
        mended = next(each for each in await bench.dead_letters() if each.reason == "handler-failed")
        await replayed(bench, mended.id)

        async def reasons_of(**params: str) -> list[str]:
            page = (await bench.client.get("/dead-letters", params=params)).json()
            return sorted(item["reason"] for item in page["items"])

        assert await reasons_of() == ["handler-failed", "not-eligible"]
        assert await reasons_of(state="waiting") == ["not-eligible"]
        assert await reasons_of(state="replayed") == ["handler-failed"]
        assert await reasons_of(reason="not-eligible") == ["not-eligible"]
        assert await reasons_of(state="dropped") == []


async def test_the_open_route_shows_sizes_and_only_the_protected_route_shows_payloads(
    bare: BareBench,
) -> None:
    async with faulty(bare, Fault()) as bench:
        await bench.hear_raw(b"key", b"Jane Doe", [("x-note", b"Jane"), ("null", None)], JOURNEY)
        path = f"/dead-letters/{(await the_dead_letter(bench)).id}"

        shown = await bench.client.get(path)
        closed = await bench.client.get(f"{path}/payload")
        opened = await bench.client.get(f"{path}/payload", headers=OURS)

        assert (shown.json()["bytes"], shown.json()["key_bytes"]) == (8, 3)
        assert shown.json()["headers"] == [{"name": "x-note", "bytes": 4}, {"name": "null", "bytes": None}]
        assert not any(each in shown.text for each in ("Jane", base64.b64encode(b"Jane Doe").decode()))
        assert (closed.status_code, closed.json()["code"]) == (401, "service-token-required")
        assert base64.b64decode(opened.json()["value"]) == b"Jane Doe"
        assert opened.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("verb", ["replay", "drop"])
async def test_only_requests_with_the_service_token_settle_a_dead_letter(bare: BareBench, verb: str) -> None:
    async with faulty(bare, Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        path = f"/dead-letters/{(await the_dead_letter(bench)).id}/{verb}"

        answer = await bench.client.post(path, json={"because": "for no reason"})

        assert (answer.status_code, (await the_dead_letter(bench)).attempts) == (401, 0)


async def test_an_unknown_dead_letter_is_not_found(bare: BareBench) -> None:
    async with faulty(bare, Fault()) as bench:
        shown = await bench.client.get(f"/dead-letters/{uuid4()}")
        answer = await post(bench, uuid4(), "replay")

        assert {(each.status_code, each.json()["code"]) for each in (shown, answer)} == {
            (404, "dead-letter-not-found")
        }


async def test_a_replay_repeated_with_its_idempotency_key_counts_as_one_attempt(bare: BareBench) -> None:
    async with faulty(bare, Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))
        path = f"/dead-letters/{(await the_dead_letter(bench)).id}/replay"

        first, second = [
            await bench.client.post(path, headers=OURS | {"Idempotency-Key": "k"}) for _ in range(2)
        ]

        assert first.json() == second.json()
        assert (await the_dead_letter(bench)).attempts == 1


@pytest.mark.parametrize("because", ["", "   ", "a\0b", "x" * 501])
async def test_dropping_a_dead_letter_requires_a_reason(bare: BareBench, because: str) -> None:
    async with faulty(bare, Fault(r1=at("age"))) as bench:
        await bench.hear(an_admission(reference="r1"))

        answer = await post(bench, (await the_dead_letter(bench)).id, "drop", {"because": because})

        assert (answer.status_code, (await the_dead_letter(bench)).state) == (422, "waiting")
