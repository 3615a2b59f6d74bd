"""Reads each record alone, so that none can spoil its neighbours: an event to handle, one to put aside, or neither."""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import UUID

from aiokafka import ConsumerRecord

from alongside_chassis.announce import inbox
from alongside_chassis.errors import Unprocessable
from alongside_chassis.origin import RecordOrigin
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.errors import MalformedEvent, UnknownEventType
from alongside_contracts.event import Event, parse
from alongside_contracts.partner import Problem
from alongside_contracts.registry import event_class
from alongside_contracts.streams import Stream, owner_of, stream_of
from alongside_contracts.vocabulary import ProblemCode

_UNSTORABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""A name the sender made up may hold any characters; PostgreSQL cannot store the first, logs should not hold any."""

TYPES_REMEMBERED_MAX: Final = 256
Record: TypeAlias = ConsumerRecord[bytes | None, bytes | None]


@dataclass(slots=True, eq=False)
class ReceivedEvent:
    """One record that could be read, with all the pipeline needs to handle it."""

    record: Record
    stream: Stream
    origin: RecordOrigin
    envelope: CloudEvent
    event: Event
    inbox_id: UUID


@dataclass(slots=True, eq=False)
class RefusedRecord:
    """One record to be put aside, and why. `inbox_id` is set when it was readable and its handler refused it."""

    record: Record
    stream: Stream
    origin: RecordOrigin
    problem: Problem
    event_type: str | None = None
    inbox_id: UUID | None = None


Item: TypeAlias = ReceivedEvent | RefusedRecord
Reading: TypeAlias = Item | None
"""What a record is: an event to handle, one to put aside, or neither."""
Place: TypeAlias = tuple[str, int, int]
"""Topic, partition, offset."""


def place_of(item: Item) -> Place:
    """Where a record is in Kafka."""
    return item.origin.topic, item.origin.partition, item.origin.offset


def read(record: Record, wanted: Container[type[Event]]) -> Reading:
    """Read one record; None for an event whose type is not `wanted`.

    A type nobody knows is ignored on our own streams, where newer services may announce more, and refused on a
    partner's stream, where it is a mistake of the sender. A newer version of a type we know is always put aside: to
    ignore it would be to lose it. Raises LookupError for a topic that is not ours.
    """
    stream = stream_of(record.topic)
    if stream is None:
        raise LookupError(f"{record.topic} is not one of our streams")
    if not stream.per_partner and _is_for_others(record, wanted):
        return None
    origin = RecordOrigin(record.topic, record.partition, record.offset, owner_of(record.topic))
    envelope: CloudEvent | None = None
    try:
        envelope = cloudevents.decode(record.key, record.value, record.headers)
        origin = _with_identity(origin, envelope)
        contract = event_class(envelope.type)
        if contract in wanted:
            event = parse(contract, envelope.data)
            return ReceivedEvent(record, stream, origin, envelope, event, _inbox_id(origin))
        if stream.per_partner:
            return broken(record, stream, origin, _out_of_place(), envelope)
    except UnknownEventType as error:
        return broken(record, stream, origin, error, envelope) if stream.per_partner else None
    except MalformedEvent as error:
        return broken(record, stream, origin, error, envelope)
    return None


def _is_for_others(record: Record, wanted: Container[type[Event]]) -> bool:
    """Whether it names a type we know and do not want: most of what our streams carry, and this is all we read of it.

    Should anything else be wrong with one, those who want its type put it aside.
    """
    named = next((value for name, value in record.headers if name == "ce_type"), None)
    contract = _contract_named(named) if named else None
    return contract is not None and contract not in wanted


@lru_cache(maxsize=TYPES_REMEMBERED_MAX)
def _contract_named(type_name: bytes) -> type[Event] | None:
    try:
        return event_class(type_name.decode("ascii", errors="replace"))
    except MalformedEvent:
        return None


def broken(
    record: Record,
    stream: Stream,
    origin: RecordOrigin,
    error: MalformedEvent | Unprocessable,
    envelope: CloudEvent | None,
) -> RefusedRecord:
    """A record put aside because of `error`."""
    where = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", error.where)
    problem = Problem(code=error.code, where=where[:200], remedy=error.remedy[:500])
    return RefusedRecord(record, stream, origin, problem, envelope.type[:200] if envelope else None)


def _inbox_id(origin: RecordOrigin) -> UUID:
    """On a partner's stream `source` is only a claim: another partner must not use up the ids of its owner."""
    return inbox.inbox_id(f"{origin.partner or ''}|{origin.source}", origin.event_id or "")


def _out_of_place() -> MalformedEvent:
    return MalformedEvent(ProblemCode.UNKNOWN_TYPE, "type", "send only types meant for this stream")


def _with_identity(origin: RecordOrigin, envelope: CloudEvent) -> RecordOrigin:
    topic, partition, offset, partner, *_ = origin
    return RecordOrigin(topic, partition, offset, partner, envelope.id, envelope.source)
