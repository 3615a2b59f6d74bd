"""Commands over HTTP: one transaction each, whose answer is stored under the Idempotency-Key, if one was sent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

import asyncpg
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from alongside_chassis.announce.transaction import Tx
from alongside_chassis.consume.delivery import Verdict, verdict_on
from alongside_chassis.errors import HttpProblem
from alongside_chassis.http import idempotency
from alongside_chassis.http.dependencies import runtime_of
from alongside_chassis.http.idempotency import StoredResponse
from alongside_chassis.lifecycle.runtime import Runtime
from alongside_contracts.fields.texts import is_name

COMMAND_ATTEMPTS_MAX: Final = 5
WAITS_ITS_TURN: Final = "alongside.waits_its_turn"
"""Set in the scope of a request that is not refused, however many others wait for the same thing."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=idempotency.KEY_HEADER,
        description="A repeat with the same key and content gets the first answer again and has no further effect.",
        json_schema_extra={"minLength": 1, "maxLength": idempotency.KEY_CHARS_MAX},
    ),
]
"""Declared for the OpenAPI document; its length is checked by the runner, whose problem says what to send."""
Work = Callable[[Tx], Awaitable[BaseModel | None]]


class CommandRunner:
    """Runs one command: a transaction around `work`, with its answer stored under the Idempotency-Key, if one was sent."""

    def __init__(self, request: Request, runtime: Runtime, body: bytes) -> None:
        self._request, self._runtime, self.body = request, runtime, body

    async def run(self, work: Work, *, status: int = 200, about: Sequence[str] = ()) -> Response:
        """Do the work once and answer with its result (204 for None).

        Requests with one Idempotency-Key, one thing in their path, or one thing that `about` names take turns; without any
        of these, identical requests do. A lost race with another transaction is retried. Raises HttpProblem, and every
        error of `work`; then nothing is stored.
        """
        refusable = not self._request.scope.get(WAITS_ITS_TURN, False)
        async with self._runtime.turns.with_all(self._things(about), refusable=refusable):
            return await self._until_done(work, status)

    def _things(self, about: Sequence[str]) -> Sequence[str]:
        named = [*about, *map(str, self._request.path_params.values())]
        if not named:
            named = [self._digest().hex()]
        key = self._key()
        return named if key is None else [*named, f"Idempotency-Key {key}"]

    async def _until_done(self, work: Work, status: int) -> Response:
        for attempt in range(1, COMMAND_ATTEMPTS_MAX + 1):
            try:
                return await self._attempt(work, status)
            except asyncpg.PostgresError as error:
                if verdict_on(error) is not Verdict.RETRY or attempt == COMMAND_ATTEMPTS_MAX:
                    raise
                await asyncio.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _attempt(self, work: Work, status: int) -> Response:
        key = self._key()
        async with self._runtime.transaction() as tx:
            if key is not None:
                stored = await idempotency.claim(tx.conn, key, self._digest())
                if stored is not None:
                    return _response(stored, replayed=True)
            result = await work(tx)
            answer = (
                StoredResponse(204, b"")
                if result is None
                else StoredResponse(status, result.model_dump_json().encode())
            )
            if key is not None:
                await idempotency.store(tx.conn, key, answer)
        return _response(answer, replayed=False)

    def _digest(self) -> bytes:
        url = self._request.url
        return idempotency.digest(self._request.method, f"{url.path}?{url.query}", self.body)

    def _key(self) -> str | None:
        key = self._request.headers.get(idempotency.KEY_HEADER)
        if key is not None and not (1 <= len(key) <= idempotency.KEY_CHARS_MAX and is_name(key)):
            raise HttpProblem(
                status=422,
                code="bad-idempotency-key",
                title="The Idempotency-Key is empty, too long, or not plain text",
                remedy=f"Send 1 to {idempotency.KEY_CHARS_MAX} characters, for example a UUID.",
                field="Idempotency-Key",
            )
        return key


def _response(answer: StoredResponse, *, replayed: bool) -> Response:
    headers = {idempotency.REPLAYED_HEADER: "true"} if replayed else {}
    return Response(
        answer.body, answer.status, headers, media_type="application/json" if answer.body else None
    )


async def _command(
    request: Request, runtime: Annotated[Runtime, Depends(runtime_of)], _key: IdempotencyKey = None
) -> CommandRunner:
    return CommandRunner(request, runtime, await request.body())


Command = Annotated[CommandRunner, Depends(_command)]
