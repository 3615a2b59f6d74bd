"""Set and read the users and access rules of a running Kafka cluster, as contracts/access.py defines them.

Applying a rule or a password again changes nothing, so the set-up job may run at every start.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DeleteAclsRequest, DescribeAclsRequest
from aiokafka.protocol.api import Request

from alongside_chassis.kafka import Kafka
from alongside_cli.errors import ClusterRefused
from alongside_cli.kafka.wire import AlterUsers, CreateRules, Credential, DescribeUsers
from alongside_contracts.access import Resource, Right, Rule, is_network_user

MECHANISMS: Final = {1: "sha256", 2: "sha512"}
"""SCRAM-SHA-256 and SCRAM-SHA-512, by Kafka's number. One request may change a user once only, hence one request per mechanism."""
ITERATIONS: Final = 8192
_REQUEST_MS_MAX: Final = 15_000
_ENFORCED_SECONDS_MAX: Final = 15.0
_PAUSE_SECONDS: Final = 0.05

_RESOURCES: Final[Mapping[Resource, int]] = {"topic": 2, "group": 3}
_RIGHTS: Final[Mapping[Right, int]] = {"read": 3, "write": 4}
_LITERAL, _PREFIXED, _ANY, _ALLOW = 3, 4, 1, 3
_ANY_HOST: Final = "*"


@asynccontextmanager
async def open_access(kafka: Kafka) -> AsyncIterator[Access]:
    """Connect to the cluster as its administrator, for as long as the block lasts."""
    client = AIOKafkaClient(**kafka.options(), request_timeout_ms=_REQUEST_MS_MAX)
    await client.bootstrap()
    try:
        yield Access(client)
    finally:
        await client.close()


class Access:
    """The users and access rules of one cluster. Every method raises ClusterRefused when the cluster refuses."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client

    async def users(self) -> frozenset[str]:
        """Return the names of all users that have SCRAM credentials."""
        answer = await self._send(DescribeUsers())
        return frozenset(user for user, code, *_ in answer.results if code == 0)

    async def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Set these users' passwords for both SCRAM mechanisms; other users are not changed."""
        for mechanism in MECHANISMS:
            credentials = [_credential(user, password, mechanism) for user, password in passwords.items()]
            await self._alter_users(AlterUsers(upsertions=credentials))

    async def remove_user(self, user: str) -> None:
        """Delete a user's rules and password. Its open connections stay open, without any right."""
        await self._send(DeleteAclsRequest(_ANY, None, _ANY, _principal(user), None, _ANY, _ANY))
        if user in await self.users():
            for mechanism in MECHANISMS:
                await self._alter_users(AlterUsers(deletions=[(user, mechanism)]))

    async def allow(self, rules: Iterable[Rule]) -> None:
        """Add rules and wait until every broker enforces them; existing rules are not changed.

        Brokers apply changes in order, so all earlier changes are then enforced as well.
        """
        required = sorted(rules)
        answer = await self._send(CreateRules([_wire_fields(rule) for rule in required]))
        _raise_for_refusals(
            (code, f"{rule}: {message}")
            for rule, (code, message) in zip(required, answer.creation_responses, strict=True)
        )
        for broker in self._client.cluster.brokers():
            await self._wait_until_enforced(frozenset(required), broker.nodeId)

    async def withdraw(self, rules: Iterable[Rule]) -> None:
        """Delete rules; a rule that does not exist is no error."""
        for rule in rules:
            await self._send(DeleteAclsRequest(*_wire_fields(rule)))

    async def rules(self) -> frozenset[Rule]:
        """Return every rule for services and partners; rules of other users are left out.

        Raises LookupError for a rule that contracts/access.py cannot express.
        """
        return await self._rules_of(self._client.get_random_node())

    async def _wait_until_enforced(self, required: frozenset[Rule], broker: int) -> None:
        deadline = time.monotonic() + _ENFORCED_SECONDS_MAX
        while not required <= await self._rules_of(broker):
            if time.monotonic() > deadline:
                raise ClusterRefused(
                    f"Broker {broker} did not apply the new access rules within {_ENFORCED_SECONDS_MAX:g} s.",
                    remedy="check the broker's log and its connection to the controller, then run the command again.",
                )
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _rules_of(self, broker: int) -> frozenset[Rule]:
        all_rules = DescribeAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)
        answer = await self._client.send(broker, all_rules)
        return frozenset(
            _rule((resource, name, pattern, *acl))
            for resource, name, pattern, acls in answer.resources
            for acl in acls
            if is_network_user(acl[0].removeprefix("User:"))
        )

    async def _alter_users(self, request: AlterUsers) -> None:
        answer = await self._send(request)
        _raise_for_refusals((code, f"user {user}: {message}") for user, code, message, *_ in answer.results)

    async def _send(self, request: Request[Any]) -> Any:
        return await self._client.send(self._client.get_random_node(), request)


def _credential(user: str, password: str, mechanism: int) -> Credential:
    salt = secrets.token_bytes(24)
    salted = hashlib.pbkdf2_hmac(MECHANISMS[mechanism], password.encode(), salt, ITERATIONS)
    return Credential(user, mechanism, ITERATIONS, salt, salted)


def _principal(user: str) -> str:
    return f"User:{user}"


def _wire_fields(rule: Rule) -> tuple[int, str, int, str, str, int, int]:
    pattern = _PREFIXED if rule.prefix else _LITERAL
    return (
        _RESOURCES[rule.resource],
        rule.name,
        pattern,
        _principal(rule.user),
        _ANY_HOST,
        _RIGHTS[rule.right],
        _ALLOW,
    )


def _rule(fields: tuple[int, str, int, str, str, int, int]) -> Rule:
    resource, name, pattern, principal, host, operation, permission = fields
    resources: dict[int, Resource] = {number: word for word, number in _RESOURCES.items()}
    rights: dict[int, Right] = {number: word for word, number in _RIGHTS.items()}
    if resource not in resources or operation not in rights or (host, permission) != (_ANY_HOST, _ALLOW):
        raise LookupError(
            f"unknown kind of access rule: {principal} {operation} on {resource} {name} from {host}"
        )
    user = principal.removeprefix("User:")
    return Rule(user, rights[operation], resources[resource], name, pattern == _PREFIXED)


def _raise_for_refusals(results: Iterable[tuple[int, str]]) -> None:
    refused: Sequence[str] = [f"{for_code(code).__name__} {message}" for code, message in results if code]
    if refused:
        raise ClusterRefused(
            f"Kafka refused: {'; '.join(refused)}",
            remedy="set ALONGSIDE_KAFKA_USER to a user that the cluster lists in super.users.",
        )
