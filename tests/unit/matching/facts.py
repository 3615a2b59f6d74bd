"""Requests and offers with only the facts that a test needs."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from alongside_contracts.ids import new_id
from alongside_matching.engine.facts import GROUP, SERVICE, SUPPORTER, Offer, Request
from alongside_matching.engine.policy import Weights
from alongside_matching.policy_file import read_policies
from alongside_matching.settings import SHIPPED_POLICIES

TODAY = date(2026, 11, 22)
NO_WEIGHTS = Weights(**dict.fromkeys((field.name for field in fields(Weights)), 0.0))
WEIGHTS = replace(NO_WEIGHTS, shared_need=0.6, preferred_format=0.1, preferred_mode=0.1, free_places=0.2)
POLICY = read_policies(SHIPPED_POLICIES).everywhere


def someone(needs: Iterable[str] = ("grief",), **given: Any) -> Request:
    """Return a request in the sample region for English, any format and any mode."""
    defaults: dict[str, Any] = {"referral_id": new_id(), "region": "us-fl-miami", "languages": ("en",)}
    return Request(needs=frozenset(needs), **defaults | given)


def a_supporter(needs: Iterable[str] = ("grief",), **given: Any) -> Offer:
    """Return a supporter of the sample region with one free place."""
    return _offer(SUPPORTER, needs, given)


def a_group(needs: Iterable[str] = ("grief",), **given: Any) -> Offer:
    """Return a group of the sample region with one free seat."""
    return _offer(GROUP, needs, given)


def a_service(needs: Iterable[str] = ("grief",), **given: Any) -> Offer:
    """Return a listed service of the sample region with one free place."""
    return _offer(SERVICE, needs, given)


def _offer(kind: str, needs: Iterable[str], given: dict[str, Any]) -> Offer:
    defaults: dict[str, Any] = {"id": new_id(), "region": "us-fl-miami", "languages": frozenset({"en"})}
    return Offer(kind=kind, needs=frozenset(needs), **defaults | given)


def an_id(number: int) -> UUID:
    """Return ids in a known order."""
    return UUID(int=number)


def half_hours(weekday: int, start: int, count: int) -> int:
    """Return `count` half hours of a weekday (Monday is 0) from half hour `start` on, as an availability."""
    return ((1 << count) - 1) << (weekday * 48 + start)
