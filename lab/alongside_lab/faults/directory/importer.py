"""Uploads the directory packages of a storm at their moments, one after the other, and waits for each import to end."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import httpx2

from alongside_chassis.database import UNANSWERED
from alongside_cli.network import Network, ServiceRefused
from alongside_lab.faults.directory.datapackage import datapackage
from alongside_lab.faults.directory.packages import (
    DirectoryPackage,
    PlannedImport,
    SentImport,
    upload_was_lost,
)
from alongside_lab.faults.evidence import collect
from alongside_localstack.stack import LocalStack

POLL_SECONDS: Final = 0.5
UPLOAD_SECONDS_MAX: Final = 180.0
"""How long an upload without an answer is tried again: longer than several faults in a row."""
IMPORT_SECONDS_MAX: Final = 300.0
"""How long to wait for the end of an import before the next package; the checker finds one that has not ended."""
UPLOADS_MAX: Final = 3
"""How often a package is uploaded whose upload was lost when PostgreSQL crashed; a storm kills PostgreSQL a few times."""
ENDED: Final = ("done", "failed", "held")
_TEMPORARY_STATUS_MIN: Final = 500
_TOO_MANY_REQUESTS: Final = 429


class DirectoryImporter:
    """The publishers of the storm's directories. `sent` has an entry for every package: its last upload."""

    def __init__(self, stack: LocalStack, network: Network, report_progress: Callable[[str], None]) -> None:
        self._stack, self._network, self._report_progress = stack, network, report_progress
        self.sent: list[SentImport] = []

    async def run(self, plan: Sequence[PlannedImport]) -> None:
        """Import each package at its moment, or later when the one before has not ended by then."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for planned in plan:
            await asyncio.sleep(max(0.0, began + planned.at_seconds - loop.time()))
            await self._import(planned.package)

    async def _import(self, package: DirectoryPackage) -> None:
        """Import a package, and once more if PostgreSQL crashed and lost it: its import says to send it again."""
        sent = SentImport(package, None, "was not uploaded")
        for _ in range(UPLOADS_MAX):
            self._report_progress(f"{package.source} uploads a directory of {len(package.services)} services")
            sent = await self._upload(package)
            if sent.import_id is None:
                self._report_progress(f"the directory of {package.source} was not accepted: {sent.problem}")
                break
            ended = await self._await_end(sent.import_id)
            state = ended.get("state", "unknown")
            self._report_progress(f"the import of the directory of {package.source} is {state}")
            if not upload_was_lost(ended):
                break
        self.sent.append(sent)

    async def _await_end(self, import_id: str) -> Mapping[str, Any]:
        """1 wait for an import and return it; 2 wait for imports of uploads whose answer was lost.

        Without 2 such an import, of this package, could follow that of the publisher's next one, and bring back what vanished.
        """
        stored: Mapping[str, Any] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(IMPORT_SECONDS_MAX):
                while (stored := await self._stored(import_id)).get("state") not in ENDED:  # 1  # noqa: ASYNC110  (polled)
                    await asyncio.sleep(POLL_SECONDS)
                while await self._imports_remain():  # 2  # noqa: ASYNC110  (polled)
                    await asyncio.sleep(POLL_SECONDS)
        return stored

    async def _upload(self, package: DirectoryPackage) -> SentImport:
        """Upload until there is an answer; an upload that is stored twice changes nothing."""
        content, query = await asyncio.to_thread(datapackage, package), _query(package)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + UPLOAD_SECONDS_MAX
        while True:
            try:
                answer = await self._network.send(
                    "directory", "/directory/imports", content, "application/zip", **query
                )
            except ServiceRefused as refused:
                problem, is_temporary = str(refused), _is_temporary(refused)
            except (TimeoutError, httpx2.HTTPError) as error:
                problem, is_temporary = f"no answer ({type(error).__name__})", True
            else:
                return SentImport(package, answer["id"])
            if not is_temporary or loop.time() > deadline:
                return SentImport(package, None, problem)
            await asyncio.sleep(POLL_SECONDS)

    async def _stored(self, import_id: str) -> Mapping[str, Any]:
        """Return an import; empty when the directory does not answer."""
        try:
            stored: Mapping[str, Any] = await self._network.get(
                "directory", f"/directory/imports/{import_id}"
            )
        except (ServiceRefused, TimeoutError, httpx2.HTTPError):
            return {}
        return stored

    async def _imports_remain(self) -> bool:
        """Return whether an import has not ended, or PostgreSQL does not answer."""
        try:
            return bool((await collect.rows(self._stack, "directory", collect.IMPORTS_REMAINING))[0]["count"])
        except UNANSWERED:
            return True


def _query(package: DirectoryPackage) -> dict[str, Any]:
    new_source = {"new_source": "true"} if package.is_new_source else {}
    return {"region": package.region, "source": package.source, **new_source}


def _is_temporary(refused: ServiceRefused) -> bool:
    """Return whether a fault may be the cause, so that the same upload is accepted later; without a status it is unknown."""
    status = int(refused.problem.get("status", _TEMPORARY_STATUS_MIN))
    return status >= _TEMPORARY_STATUS_MIN or status == _TOO_MANY_REQUESTS
