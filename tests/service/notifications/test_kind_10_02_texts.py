"""A recipient is looked up by a text that can be stored, and an id in capitals is the same id."""

import pytest

from alongside_chassis.testing import ServiceBench
from tests.service.notifications.conftest import OFFER, Network, a_transition


@pytest.mark.parametrize("path", ["/inbox/person/a%00b", "/inbox/person/%E2%80%AEa", "/notices?recipient_id=a%00b", "/notices?recipient_id=%C2%85"])  # fmt: skip
async def test_nobody_is_looked_up_by_what_cannot_be_stored(
    notifications_bench: ServiceBench, path: str
) -> None:
    answer = await notifications_bench.client.get(path)

    assert (answer.status_code, answer.json()["field"].split(".")[1]) == (422, "recipient_id")


async def test_the_inbox_of_an_id_in_capitals_is_the_same_inbox(network: Network) -> None:
    await network.bench.hear(a_transition())

    plain = (await network.bench.client.get(f"/inbox/target/{OFFER}")).json()["items"]
    capitals = (await network.bench.client.get(f"/inbox/target/{str(OFFER).upper()}")).json()["items"]

    assert plain
    assert capitals == plain
    assert await network.notices(recipient_id=str(OFFER).upper()) == await network.notices(
        recipient_id=str(OFFER)
    )
