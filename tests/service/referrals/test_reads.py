"""Referrals can be found by their fields, page by page."""

import pytest

from alongside_chassis.testing import ServiceBench
from tests.builders import an_admission
from tests.service.referrals.conftest import PARTNER, Journey


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "accepted"},
        {"next_actor": "target"},
        {"partner": PARTNER},
        {"partner": PARTNER, "reference": "ref-7"},
        {"reference": "ref-7"},
    ],
)
async def test_a_list_shows_only_the_referrals_that_pass_the_filter(
    referrals_bench: ServiceBench, wanted: dict[str, str]
) -> None:
    one = await Journey(referrals_bench, an_admission(partner=PARTNER, reference="ref-7")).admitted()
    await (await one.proposed()).accepted()
    await referrals_bench.hear(an_admission(partner="county-court"), an_admission(partner=None))

    found = (await referrals_bench.client.get("/referrals", params=wanted)).json()["items"]

    assert [item["id"] for item in found] == [str(one.id)]


async def test_pages_follow_one_another_without_gap_or_repetition(referrals_bench: ServiceBench) -> None:
    admissions = [an_admission() for _ in range(5)]
    await referrals_bench.hear(*admissions)

    seen, params = [], {"limit": "2"}
    while True:
        page = (await referrals_bench.client.get("/referrals", params=params)).json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]

    assert seen == [str(admission.referral_id) for admission in reversed(admissions)]


async def test_a_timeline_is_paged_too(accepted: Journey) -> None:
    path = f"/referrals/{accepted.id}/timeline"
    first = (await accepted.bench.client.get(path, params={"limit": 2})).json()

    second = (await accepted.bench.client.get(path, params={"cursor": first["next_cursor"]})).json()

    assert [entry["what"] for entry in (*first["items"], *second["items"])] == [
        "requested",
        "proposed",
        "accepted",
    ]


@pytest.mark.parametrize(
    "params",
    [{"status": "lost"}, {"statsu": "accepted"}, {"limit": "0"}, {"cursor": "x"}, {"partner": "NO ONE"}],
)
async def test_a_list_with_invalid_parameters_is_refused(
    referrals_bench: ServiceBench, params: dict[str, str]
) -> None:
    answer = await referrals_bench.client.get("/referrals", params=params)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["remedy"]


@pytest.mark.parametrize("path", ["", "/timeline"])
async def test_an_unknown_referral_is_not_found(referrals_bench: ServiceBench, path: str) -> None:
    answer = await referrals_bench.client.get(f"/referrals/{an_admission().referral_id}{path}")

    assert (answer.status_code, answer.json()["code"]) == (404, "referral-not-found")
