"""Samples that the release before the open lists wrote: its dead letters are handled by a replay, its records are read."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts import cloudevents
from alongside_contracts.event import parse
from alongside_contracts.registry import event_class
from tests.conftest import SERVICE_TOKEN

SAMPLES = Path(__file__).with_name("release_before")
SHOWN = {"referrals": ("/referrals", "region", "us-fl-miami"), "notifications": ("/crisis", "step", 0)}
"""The list that shows what a replayed record became: path, field and value."""


@pytest.mark.parametrize("service", SHOWN)
async def test_a_dead_letter_of_the_release_before_is_handled_by_a_replay(
    service: str, bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]]
) -> None:
    letter = sample(f"dead_letter_of_{service}")
    path, field, value = SHOWN[service]
    async with bench_of(service) as bench:
        await bench.pool.execute(
            "insert into dead_letter select * from jsonb_populate_record(null::dead_letter, $1::jsonb)",
            json.dumps(letter),
        )

        replayed = await bench.client.post(
            f"/dead-letters/{letter['id']}/replay", headers={"Authorization": f"Bearer {SERVICE_TOKEN}"}
        )
        shown = (await bench.client.get(path)).json()["items"]

    assert (replayed.status_code, replayed.json()["outcome"]) == (200, "handled"), replayed.text
    assert [each[field] for each in shown] == [value]


@pytest.mark.parametrize(
    "record", json.loads((SAMPLES / "journey.json").read_text()), ids=lambda it: it["headers"]["ce_type"]
)
def test_a_record_of_the_release_before_is_read_and_written_again_unchanged(record: dict[str, Any]) -> None:
    headers = [(name, text.encode()) for name, text in record["headers"].items()]

    envelope = cloudevents.decode(record["key"].encode(), json.dumps(record["value"]).encode(), headers)
    event = parse(event_class(envelope.type), envelope.data)

    assert json.loads(event.model_dump_json(exclude_none=True)) == record["value"]


def sample(name: str) -> dict[str, Any]:
    """Return a stored sample."""
    content: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return content
