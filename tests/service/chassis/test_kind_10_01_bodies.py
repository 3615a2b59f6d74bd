"""A body that is wrong in a hundred thousand ways costs little, and its problem lists twenty of them."""

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.handlers import Handlers
from alongside_chassis.http import APIRouter, Command
from alongside_contracts.fields.lists import AtMost
from tests.service.chassis.conftest import BareBench

router = APIRouter()


class Numbers(BaseModel):
    """Numbers, few or many."""

    model_config = ConfigDict(extra="forbid")

    few: Annotated[tuple[int, ...], AtMost(3)] = ()
    many: Annotated[tuple[int, ...], AtMost(500)] = ()


@router.post("/numbers")
async def take(numbers: Numbers, command: Command) -> Response:
    """Take numbers."""

    async def work(_tx: Tx) -> Numbers:
        return numbers

    return await command.run(work, status=201)


async def test_a_list_longer_than_its_limit_is_refused_before_its_items_are_read(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post("/numbers", json={"few": [""] * 250_000})

        assert answer.status_code == 422
        assert [(each["where"], each["problem"]) for each in answer.json()["errors"]] == [
            ("body.few", "too_long")
        ]
        assert len(answer.content) < 1_000


async def test_a_problem_lists_twenty_errors_and_says_how_many_more_there_are(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        problem = (await bench.client.post("/numbers", json={"many": ["x"] * 500})).json()

        assert (len(problem["errors"]), problem["errors_more"]) == (20, 480)
        assert problem["detail"] == "Invalid fields: 500. The first 20 are listed."


async def test_a_problem_with_few_errors_says_nothing_of_more(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        problem = (await bench.client.post("/numbers", json={"many": ["x", "y"]})).json()

        assert len(problem["errors"]) == 2
        assert "errors_more" not in problem


async def test_an_object_of_more_than_five_hundred_fields_is_malformed(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post("/numbers", json={f"unknown-{n}": n for n in range(30_000)})

        assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
        assert len(answer.content) < 1_000


async def test_a_list_within_its_limit_is_taken_as_it_was_sent(bare: BareBench) -> None:
    async with bare(Handlers(), router) as bench:
        answer = await bench.client.post("/numbers", json={"few": [3, 1, 2]})

        assert (answer.status_code, answer.json()["few"]) == (201, [3, 1, 2])
