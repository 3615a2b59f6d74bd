"""Requests of the Kafka protocol that aiokafka does not have: users of SASL/SCRAM, many access rules at once, and the
state of a consumer group (aiokafka's own request reads the answer to version 3 by the schema of version 2).

Field by field as in Kafka's own message definitions (AlterUserScramCredentials, DescribeUserScramCredentials,
CreateAcls, DescribeGroups). Any broker accepts requests about users and rules, and forwards them to the controller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka.protocol.admin import CreateAclsRequest_v1, DescribeGroupsRequest_v2
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    CompactArray,
    CompactBytes,
    CompactString,
    Int8,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

NO_TAGS: dict[int, bytes] = {}
_TEXT = CompactString("utf-8")
_TAGS = ("tags", TaggedFields)


class _AlterUsersResponse(Response):  # type: ignore[misc]  # aiokafka ships no types
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("results", CompactArray(("user", _TEXT), ("error_code", Int16), ("error_message", _TEXT), _TAGS)),
        _TAGS,
    )


class _AlterUsersStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = _AlterUsersResponse
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", _TEXT), ("mechanism", Int8), _TAGS)),
        (
            "upsertions",
            CompactArray(
                ("name", _TEXT),
                ("mechanism", Int8),
                ("iterations", Int32),
                ("salt", CompactBytes),
                ("salted_password", CompactBytes),
                _TAGS,
            ),
        ),
        _TAGS,
    )


@dataclass(frozen=True)
class Credential:
    """The salted hash of a password that a broker stores: it can check the password, not log in with it."""

    user: str
    mechanism: int
    iterations: int
    salt: bytes
    salted_password: bytes


class AlterUsers(Request[_AlterUsersStruct]):  # type: ignore[misc]
    """Set and delete SCRAM credentials."""

    API_KEY = 51

    def __init__(
        self, *, deletions: Sequence[tuple[str, int]] = (), upsertions: Sequence[Credential] = ()
    ) -> None:
        self._deletions = [(user, mechanism, NO_TAGS) for user, mechanism in deletions]
        self._upsertions = [
            (new.user, new.mechanism, new.iterations, new.salt, new.salted_password, NO_TAGS)
            for new in upsertions
        ]

    def build(self, request_struct_class: Any) -> Any:
        """Return the request in its wire format."""
        return request_struct_class(self._deletions, self._upsertions, NO_TAGS)


class _DescribeUsersResponse(Response):  # type: ignore[misc]
    API_KEY = 50
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("error_message", _TEXT),
        (
            "results",
            CompactArray(
                ("user", _TEXT),
                ("error_code", Int16),
                ("error_message", _TEXT),
                ("credentials", CompactArray(("mechanism", Int8), ("iterations", Int32), _TAGS)),
                _TAGS,
            ),
        ),
        _TAGS,
    )


class _DescribeUsersStruct(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 50
    API_VERSION = 0
    RESPONSE_TYPE = _DescribeUsersResponse
    SCHEMA = Schema(("users", CompactArray(("name", _TEXT), _TAGS)), _TAGS)


class DescribeUsers(Request[_DescribeUsersStruct]):  # type: ignore[misc]
    """Ask for all users that have SCRAM credentials."""

    API_KEY = 50

    def build(self, request_struct_class: Any) -> Any:
        """Return the request in its wire format; an empty list asks for all users."""
        return request_struct_class([], NO_TAGS)


class CreateRules(Request[CreateAclsRequest_v1]):  # type: ignore[misc]
    """Create several access rules, each (resource, name, pattern, principal, host, operation, permission)."""

    API_KEY = 30

    def __init__(self, rules: Sequence[tuple[int, str, int, str, str, int, int]]) -> None:
        self._rules = list(rules)

    def build(self, request_struct_class: Any) -> Any:
        """Return the request in its wire format."""
        return request_struct_class(self._rules)


class DescribeGroups(Request[DescribeGroupsRequest_v2]):  # type: ignore[misc]
    """Ask for the state and the members of consumer groups; must be sent to their coordinator."""

    API_KEY = 15

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = list(groups)

    def build(self, request_struct_class: Any) -> Any:
        """Return the request in its wire format."""
        return request_struct_class(self._groups)
