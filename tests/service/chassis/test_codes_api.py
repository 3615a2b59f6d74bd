"""Every service shows the code lists it works with, by language and audience, with a region's own codes on request."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from alongside_chassis.testing import ServiceBench
from alongside_contracts.codes import CodesError, load_codes, using
from alongside_contracts.services import SERVICES
from tests.conftest import PERSON_KEY
from tests.contracts.test_codes import OWN_NEED, copied_lists, edit

BenchOf = Callable[..., AbstractAsyncContextManager[ServiceBench]]


@pytest.fixture
def regions(tmp_path: Path) -> Path:
    """A folder of region files in which Miami adds a need."""
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": {"needs": [OWN_NEED]}}))
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
async def test_every_service_shows_every_list(service: str, bench_of: BenchOf) -> None:
    settings = {"person_key": PERSON_KEY} if service == "intake" else {}
    async with bench_of(service, **settings) as bench:
        answer = (await bench.client.get("/codes")).json()

    assert (answer["release"], answer["installed_release"], answer["regions"]) == ("0.1.0", "0.2.0", [])
    shown = {each["list"]: each for each in answer["lists"]}
    assert len(shown["needs"]["codes"]) == 27
    assert (shown["needs"]["open"], shown["statuses"]["open"]) == (True, False)
    assert shown["statuses"]["closed_because"].startswith("FHIR R4 Task.status")


async def test_labels_are_shown_by_language_and_audience(intake_bench: ServiceBench) -> None:
    async def label(**query: str) -> str:
        answer = await intake_bench.client.get("/codes/needs", params=query)
        found: str = answer.json()["codes"][12]["label"]
        return found

    assert await label() == "Opioids"
    assert await label(language="es-MX") == "Opioides"
    assert len({await label(audience=each) for each in ("staff", "person")}) == 2


async def test_a_regions_own_codes_are_shown_and_taken_there_alone(regions: Path, bench_of: BenchOf) -> None:
    async with bench_of("matching", regions=regions) as bench:
        own = await codes_of(bench, region="us-fl-miami")
        others = await codes_of(bench, region="us-oh-columbus")
        form = {"kind": "supporter", "needs": ["hurricane-loss"]}
        here = await bench.client.post("/offers", json=form | {"region": "us-fl-miami"})
        elsewhere = await bench.client.post("/offers", json=form | {"region": "us-oh-columbus"})

    assert (own["hurricane-loss"]["region"], own["hurricane-loss"]["broader"]) == ("us-fl-miami", "grief")
    assert "hurricane-loss" not in others
    assert here.status_code == 201, here.text
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["where"]) == (422, "body.needs.0")
    assert [each["problem"] for each in elsewhere.json()["errors"]] == ["unlisted_code"]


async def test_a_regions_own_code_comes_into_no_other_region_by_a_change_or_an_import(
    regions: Path, bench_of: BenchOf
) -> None:
    async with bench_of("matching", regions=regions) as bench:
        form = {"kind": "supporter", "needs": ["grief"], "region": "us-oh-columbus"}
        offer = (await bench.client.post("/offers", json=form)).json()["id"]
        changed = await bench.client.patch(f"/offers/{offer}", json={"needs": ["hurricane-loss"]})
        query = {"region": "us-oh-columbus", "need": "hurricane-loss"}
        imported = await bench.client.post("/groups/imports", params=query, json=[])

    for refused, field in ((changed, "needs"), (imported, "need")):
        assert (refused.status_code, refused.json()["field"]) == (422, field)
        assert refused.json()["remedy"].startswith("this code is another region's: send grief")


async def test_a_regions_own_setting_is_no_setting_of_another_regions_partner(
    tmp_path: Path, bench_of: BenchOf
) -> None:
    own = {name: value for name, value in OWN_NEED.items() if name != "protected"} | {"broader": "hospital"}
    (tmp_path / "us-fl-miami.json").write_text(
        json.dumps({"codes": {"settings": [own | {"code": "marina"}]}})
    )
    async with bench_of("intake", regions=tmp_path, person_key=PERSON_KEY) as bench:
        body = {"name": "A partner", "setting": "marina"}
        here = await bench.client.put("/partners/here", json=body | {"region": "us-fl-miami"})
        elsewhere = await bench.client.put("/partners/there", json=body | {"region": "us-oh-columbus"})

    assert (here.status_code, elsewhere.status_code) == (200, 422)
    assert elsewhere.json()["field"] == "body.setting"


async def test_an_offer_keeps_a_code_that_has_ended_and_is_found_by_it(
    matching_bench: ServiceBench, tmp_path: Path
) -> None:
    form = {"kind": "supporter", "needs": ["stress"], "region": "us-fl-miami"}
    offer = (await matching_bench.client.post("/offers", json=form)).json()["id"]
    folder = copied_lists(tmp_path)
    edit(folder / "lists" / "needs.json", lambda it: it["codes"][8].update(sunset="0.2.0"))

    with using(load_codes(folder=folder, release="0.2.0")):
        new = await matching_bench.client.post("/offers", json=form)
        changed = await matching_bench.client.patch(f"/offers/{offer}", json={"needs": ["stress", "grief"]})
        found = await matching_bench.client.get("/offers", params={"need": "stress"})

    assert (new.status_code, changed.status_code) == (422, 200), changed.text
    assert [each["needs"] for each in found.json()["items"]] == [["stress", "grief"]]


async def test_an_unknown_list_is_not_found(intake_bench: ServiceBench) -> None:
    answer = await intake_bench.client.get("/codes/moods")

    assert (answer.status_code, answer.json()["code"]) == (404, "code-list-not-found")


async def test_a_service_with_lists_it_cannot_use_does_not_start(tmp_path: Path, bench_of: BenchOf) -> None:
    (tmp_path / "us-fl-miami.json").write_text(json.dumps({"codes": {"moods": []}}))

    with pytest.raises(CodesError, match="moods: a region may add codes to"):
        async with bench_of("referrals", regions=tmp_path):
            pass


async def codes_of(bench: ServiceBench, **query: str) -> dict[str, dict[str, Any]]:
    """Return the needs a service shows, by code."""
    answer = await bench.client.get("/codes/needs", params=query)
    return {each["code"]: each for each in answer.json()["codes"]}
