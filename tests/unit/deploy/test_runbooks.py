"""Every alert has one short page that says what to do, and every page an alert."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.deploy.files import DEPLOY, alerts, metrics, series

RUNBOOKS = DEPLOY / "runbooks"
CHAPTERS = ["Who is affected", "Look here first", "Do this", "Wake somebody when"]
LINES_MAX = 40


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    pages = {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}

    assert pages == {alert["alert"] for alert in alerts()}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_a_page_says_whom_it_concerns_what_to_do_and_when_to_wake_somebody(alert: dict[str, Any]) -> None:
    text = (RUNBOOKS / f"{alert['alert']}.md").read_text()
    title, urgency = text.splitlines()[0], f"*{alert['labels']['severity'].capitalize()}.*"

    assert title == f"# {alert['alert']}"
    assert text.splitlines()[2].startswith(urgency)
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == CHAPTERS
    assert "\n\n\n" not in text
    assert text.count("\n") <= LINES_MAX


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_a_page_names_only_metrics_that_exist(alert: dict[str, Any]) -> None:
    text = (RUNBOOKS / f"{alert['alert']}.md").read_text()

    assert set(re.findall(r"\balongside_\w+", text)) <= series() | metrics().keys()
