"""`alongside directory import|sources|rename` on the directory's API."""

import asyncio
import io
import json
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from rich.console import Console

from alongside_chassis.testing import ServiceBench
from alongside_cli.directory import (
    HELD,
    Wanted,
    announce_again,
    import_directory,
    list_sources,
    rename_source,
)
from alongside_cli.network import Network
from tests.builders import REGION
from tests.conftest import SERVICE_TOKEN
from tests.service.directory.test_directory_import import services, work
from tests.service.listing_pair import ListingPair
from tests.unit.directory.sample_packages import Rows, zip_of, zipped


class Operator:
    """An operator at the command line of a network with a directory, and what the commands print."""

    def __init__(self, bench: ListingPair, network: Network, folder: Path) -> None:
        self.bench, self.network, self.folder = bench, network, folder
        self.output = io.StringIO()
        self.console = Console(file=self.output, width=400)

    async def imports(self, tables: dict[str, Rows], *, report: Path | None = None, **wanted: Any) -> int:
        """Import a package while the directory's worker runs, and return the exit code."""
        package = zip_of(self.folder, zipped(tables))
        worker = asyncio.create_task(self._work())
        chosen = Wanted(**{"source": "harbour", "region": REGION} | wanted)
        try:
            return await import_directory(self.console, self.network, package, chosen, report=report)
        finally:
            worker.cancel()

    async def _work(self) -> None:
        while True:
            await work(self.bench)
            await asyncio.sleep(0.01)


@pytest.fixture
async def operator(
    bench_of: Callable[..., AbstractAsyncContextManager[ServiceBench]], tmp_path: Path
) -> AsyncIterator[Operator]:
    """An operator of a network with a directory."""
    async with bench_of("directory") as directory, bench_of("matching") as matching:
        bench = ListingPair(directory, matching)
        transport = httpx2.ASGITransport(app=directory.app)
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        async with httpx2.AsyncClient(transport=transport, headers=headers) as client:
            yield Operator(bench, Network(client, {"directory": "http://directory"}), tmp_path)


async def test_the_report_has_each_row_and_is_readable_by_its_owner_alone(
    operator: Operator, tmp_path: Path
) -> None:
    report = tmp_path / "report.jsonl"
    report.write_text("old and readable by all")
    report.chmod(0o644)
    tables = services(*"abcdef", description="Confidential shelter, 4711 Bougainvillea Street")

    code = await operator.imports(tables, report=report)

    lines = [json.loads(line) for line in report.read_text().splitlines()]
    (confidential,) = [line for line in lines if line["code"] == "confidential-place"]
    stored = await operator.bench.pool.fetch(
        "select to_jsonb(line)::text as text from directory_import_line line"
    )
    assert code == 0
    assert "4711 Bougainvillea Street" in confidential["row"]
    assert not [line for line in stored if "Bougainvillea" in line["text"] or "Circle" in line["text"]]
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


async def test_a_package_in_doubt_is_held_until_the_command_is_repeated_with_its_confirmation(
    operator: Operator,
) -> None:
    await operator.imports(services(*"abcdef"))

    held = await operator.imports(services(*"abc"))
    confirmation = operator.output.getvalue().rsplit("--confirm ", 1)[1].split()[0]
    dry = await operator.imports(services(*"abc"), dry_run=True, confirm=confirmation)
    done = await operator.imports(services(*"abc"), confirm=confirmation)

    assert (held, dry, done) == (HELD, 0, 0)
    assert "held: nothing is changed until you confirm it" in operator.output.getvalue()
    assert "dry run, nothing was changed: 3 services read" in operator.output.getvalue()
    assert operator.output.getvalue().count("3 paused") == 2


async def test_a_misspelt_source_is_refused_with_what_to_do_on_the_command_line(operator: Operator) -> None:
    await operator.imports(services("a"))

    refused = await operator.imports(services("a"), source="harbor")
    other = await operator.imports(services("a"), source="lighthouse", new_source=True)

    assert (refused, other) == (1, 0)
    assert "--new-source" in operator.output.getvalue()


async def test_sources_are_listed_and_renamed(operator: Operator) -> None:
    await operator.imports(services("a", "b"))

    renamed = await rename_source(operator.console, operator.network, "harbour", "harbour-house")
    unknown = await rename_source(operator.console, operator.network, "harbour", "other")
    await list_sources(operator.console, operator.network)

    assert (renamed, unknown) == (0, 1)
    row = next(
        line for line in operator.output.getvalue().splitlines() if "harbour-house" in line and REGION in line
    )
    assert row.split("│")[3].strip() == "2"


async def test_listings_are_announced_again_page_by_page(operator: Operator) -> None:
    await operator.imports(services(*[f"s{number}" for number in range(501)]))
    await operator.bench.directory.announced(clear=True)

    done = await announce_again(operator.console, operator.network, None)
    unknown = await announce_again(operator.console, operator.network, "harbor")

    assert (done, unknown) == (0, 1)
    assert len({it.key for it in await operator.bench.directory.announced()}) == 501
    assert "501 listings are announced again" in operator.output.getvalue()
    assert "There is no such source" in operator.output.getvalue()
