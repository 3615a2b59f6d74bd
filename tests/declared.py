"""Checks every answer that a test gets from a service against the service's OpenAPI document: status, media type, body."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import httpx2
from jsonschema import Draft202012Validator

from alongside_chassis.testing import ServiceBench

Json = dict[str, Any]
_KNOWN: Final[dict[str, "DeclaredAnswers"]] = {}


def check_answers(bench: ServiceBench) -> None:
    """Have every answer that this service's client gets checked."""
    name = bench.service.name
    if name not in _KNOWN:
        _KNOWN[name] = DeclaredAnswers(bench.app.openapi())
    bench.client.event_hooks["response"].append(_KNOWN[name].check)


@dataclass
class DeclaredAnswers:
    """The answers that one OpenAPI document declares."""

    document: Json
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)

    async def check(self, response: httpx2.Response) -> None:
        """Raise AssertionError for an answer that no operation at this path and method declares."""
        operations = self._operations(response.request.method.lower(), response.request.url.path)
        if not operations:
            return
        status, media_type = str(response.status_code), _media_type(response)
        declared = [found for each in operations if (found := each["responses"].get(status))]
        request = f"{response.request.method} {response.request.url.path}"
        assert declared, f"{request} answered {status}: declare it in `responses` of the route"
        content = declared[0].get("content", {})
        assert media_type in (content or [""]), f"{request} answered {media_type}, not {list(content)}"
        if media_type.endswith(("/json", "+json")):
            await response.aread()
            errors = self._validator(content[media_type]["schema"]).iter_errors(response.json())
            wrong = [f"{error.json_path}: {error.message}" for error in errors]
            assert not wrong, f"{request} answered {status}, but not as its schema says: {wrong[:3]}"

    def _operations(self, method: str, path: str) -> list[Json]:
        literal = self.document["paths"].get(path)
        items = [literal] if literal else [item for pattern, item in self._paths if pattern.fullmatch(path)]
        return [item[method] for item in items if method in item]

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], Json]]:
        paths = self.document["paths"].items()
        return [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), item) for path, item in paths]

    def _validator(self, schema: Json) -> Draft202012Validator:
        key = repr(schema)
        if key not in self._validators:
            whole = schema | {"components": self.document["components"]}
            self._validators[key] = Draft202012Validator(whole)
        return self._validators[key]


def _media_type(response: httpx2.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0]
