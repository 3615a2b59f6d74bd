"""A client that is generated from a service's OpenAPI document reads every error the service can answer."""

import importlib
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
import httpx2
import orjson
import pytest

from alongside_chassis.errors import HttpProblem
from alongside_chassis.http.openapi import DESCRIPTIONS
from alongside_chassis.http.problems import problem_response
from alongside_chassis.testing import ServiceBench
from alongside_contracts.ids import new_id
from alongside_contracts.services import SERVICES
from tests.conftest import PERSON_KEY, SERVICE_TOKEN

BenchOf = Callable[..., AbstractAsyncContextManager[ServiceBench]]
Json = dict[str, Any]
CONFIGURATION: Final = b"""
post_hooks: []
content_type_overrides:
  application/zip: application/octet-stream
  application/x-ndjson: text/plain
  text/csv: application/octet-stream
"""
TOKEN: Final = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
ANNOUNCED: Final = {"Content-Length": str(2**40)}
LARGE: Final = b" " * 1_100_000


@pytest.mark.parametrize("service", SERVICES)
async def test_a_generated_client_reads_code_remedy_and_field_of_every_error(
    service: str, bench_of: BenchOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"person_key": PERSON_KEY} if service == "intake" else {}
    async with bench_of(service, **settings) as bench:
        document = bench.app.openapi()
        client = generate(document, tmp_path / f"client_of_{service}")
        monkeypatch.syspath_prepend(str(tmp_path))

        unread = [
            f"{operation['operationId']} {status}"
            for path, item in document["paths"].items()
            for method, operation in item.items()
            for status, answer in (await errors_of(bench, method, path, operation)).items()
            if not is_read(client, operation, answer)
        ]

    assert unread == []


def generate(document: Json, folder: Path) -> str:
    """Generate the client of a document; return the name of its package."""
    (folder.parent / "openapi.json").write_bytes(orjson.dumps(document))
    (folder.parent / "configuration.yaml").write_bytes(CONFIGURATION)
    command = (
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", "openapi.json", "--config", "configuration.yaml", "--output-path", folder.name),
    )
    done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder.name


async def errors_of(
    bench: ServiceBench, method: str, path: str, operation: Json
) -> dict[int, httpx2.Response]:
    """Return an answer for each declared error: what the service answers to bad requests, and what it would answer else."""
    answers = await provoked(bench, method, re.sub(r"\{[^}]+\}", str(new_id()), path))
    declared = [int(status) for status in operation["responses"] if int(status) >= HTTPStatus.BAD_REQUEST]
    must = (
        {413, 415, 422}
        if "application/json" in operation.get("requestBody", {}).get("content", {})
        else set()
    )
    missed = (must | ({401} if operation.get("security") else set())) - answers.keys()
    assert not missed, f"{operation['operationId']} did not answer {missed} when it should"
    return {status: answers.get(status) or unprovoked(status) for status in declared}


async def provoked(bench: ServiceBench, method: str, path: str) -> dict[int, httpx2.Response]:
    """Send bad requests, and return an answer of each status."""
    json = {"Content-Type": "application/json"}
    requests: tuple[tuple[bytes, dict[str, str]], ...] = (
        *((b"", {}), (b"", TOKEN), (b"{", {**json, **TOKEN}), (b"[{}]", {**json, **TOKEN})),
        *(
            (b"text", {"Content-Type": "text/plain", **TOKEN}),
            (b"{}", {**json, **TOKEN, **ANNOUNCED}),
            (LARGE, {**json, **TOKEN}),
        ),
    )
    answers = [
        await bench.client.request(method, path, content=body or None, headers=headers)
        for body, headers in requests
    ]
    return {answer.status_code: answer for answer in answers}


def unprovoked(status: int) -> httpx2.Response:
    """Return a problem as every service answers it."""
    built = problem_response(
        HttpProblem(
            status=status, code="some-code", title=DESCRIPTIONS[status], remedy="Do this.", field="here"
        )
    )
    return httpx2.Response(status, content=bytes(built.body), headers=dict(built.headers))


def is_read(client: str, operation: Json, answer: httpx2.Response) -> bool:
    """Return whether the client finds in an answer what the problem says."""
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", operation["operationId"]).lower()
    tag = re.sub(r"\W+", "_", operation["tags"][0].replace(".", "_")).strip("_").lower()
    module = importlib.import_module(f"{client}.api.{tag}.{words}")
    received = httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))
    problem = module._parse_response(
        client=importlib.import_module(client).Client("http://here"), response=received
    )
    sent = answer.json()
    return bool(
        problem is not None
        and (problem.code, problem.remedy, problem.field or "")
        == (sent["code"], sent["remedy"], sent.get("field", ""))
    )
