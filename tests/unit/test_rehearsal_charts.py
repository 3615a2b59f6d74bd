"""The rehearsal's results are drawn."""

import io
import json
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from alongside_lab.rehearsal.charts import draw_year


@pytest.fixture(scope="module")
def year() -> dict[str, Any]:
    finished = subprocess.run(
        [sys.executable, "-m", "alongside_lab.rehearsal", "year", "--days", "14"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found


def test_a_year_is_drawn_with_all_strategies_side_by_side(year: dict[str, Any]) -> None:
    console = Console(file=io.StringIO(), width=110, record=True)

    draw_year(console, year)

    drawn = console.export_text()
    for heading in (
        "together",
        "greedy",
        "random",
        "days from asking to a yes",
        "load: Gini",
        "week by week",
    ):
        assert heading in drawn
