"""Every event contract of the platform, found by type name.

Contracts are in the module named after the service that announces them, and in `partner.py`. All these modules are
imported here, so that importing this one registers every contract.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

from alongside_contracts.errors import UnknownEventType, UnsupportedVersion
from alongside_contracts.event import Event, contracts_by_type
from alongside_contracts.services import SERVICES
from alongside_contracts.vocabulary import ProblemCode

MODULES: Final = tuple(
    name
    for module in (*SERVICES, "partner")
    if find_spec(name := f"alongside_contracts.{module}") is not None
)
"""A service that announces nothing on the network's streams has no module."""

for _name in MODULES:
    import_module(_name)


def all_events() -> tuple[type[Event], ...]:
    """Return every event contract, sorted by type name."""
    return tuple(contracts_by_type[name] for name in sorted(contracts_by_type))


def event_class(type_name: str) -> type[Event]:
    """Return the contract of a type name. Raises UnsupportedVersion, or UnknownEventType when no version is known."""
    contract = contracts_by_type.get(type_name)
    if contract is not None:
        return contract
    unversioned_name = type_name.rpartition(".v")[0]
    if unversioned_name and any(other.rpartition(".v")[0] == unversioned_name for other in contracts_by_type):
        raise UnsupportedVersion(
            ProblemCode.UNSUPPORTED_VERSION, "type", "send a version listed in the contracts"
        )
    raise UnknownEventType(ProblemCode.UNKNOWN_TYPE, "type", "send a type listed in the contracts")
