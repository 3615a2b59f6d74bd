"""The former addresses of the directory say where it is now."""

import pytest

from alongside_chassis.testing import ServiceBench


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/services?search=grief"),
        ("GET", "/organizations/5c0f4c5e-6d1e-5b0a-9f37-2b8a6a1f9d10"),
        ("GET", "/service_at_locations"),
        ("GET", "/taxonomy_terms"),
        ("GET", "/directory/provenance/service/5c0f4c5e-6d1e-5b0a-9f37-2b8a6a1f9d10"),
        ("GET", "/directory/sources"),
        ("POST", "/directory/imports?source=harbour&region=us-fl-miami"),
        ("GET", "/directory/imports/5c0f4c5e-6d1e-5b0a-9f37-2b8a6a1f9d10/report"),
    ],
)
async def test_a_former_address_of_the_directory_names_the_service(
    matching_bench: ServiceBench, method: str, path: str
) -> None:
    answer = await matching_bench.client.request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (410, "directory-moved")
    assert "ALONGSIDE_DIRECTORY_URL" in answer.json()["remedy"]
