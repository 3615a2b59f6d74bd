"""Decodes each record separately, so that a bad record cannot affect others, into an event, a refused record or nothing."""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from uuid import UUID

from aiokafka import ConsumerRecord

from alongside_chassis.announce import inbox
from alongside_chassis.errors import Unprocessable
from alongside_chassis.origin import RecordOrigin
from alongside_chassis.strict_json import check_strict_json
from alongside_contracts import cloudevents
from alongside_contracts.cloudevents import CloudEvent
from alongside_contracts.errors import MalformedEvent, UnknownEventType
from alongside_contracts.event import Event, parse
from alongside_contracts.partner import Problem
from alongside_contracts.registry import event_class
from alongside_contracts.streams import Stream, owner_of, stream_of
from alongside_contracts.vocabulary import ProblemCode

_UNSTORABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Control characters, which a sender may put into any name: PostgreSQL cannot store U+0000, and logs should hold none."""

TYPES_CACHED_MAX: Final = 256
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TIME_MS_MAX: Final = int((datetime(9999, 12, 31, tzinfo=UTC) - EPOCH).total_seconds()) * 1000
Record: TypeAlias = ConsumerRecord[bytes | None, bytes | None]


@dataclass(slots=True, eq=False)
class ReceivedEvent:
    """One record that was decoded, with everything the pipeline needs to handle it."""

    record: Record
    stream: Stream
    origin: RecordOrigin
    envelope: CloudEvent
    event: Event
    inbox_id: UUID
    digest: bytes | None = None
    """The digest of its content, on a partner's stream."""


@dataclass(slots=True, eq=False)
class RefusedRecord:
    """One record to dead-letter, and the problem. `inbox_id` is set when it was decoded and its handler refused it."""

    record: Record
    stream: Stream
    origin: RecordOrigin
    problem: Problem
    event_type: str | None = None
    inbox_id: UUID | None = None


Item: TypeAlias = ReceivedEvent | RefusedRecord
Decoded: TypeAlias = Item | None
"""A decoded record: an event to handle, a refused record, or None for one to ignore."""
RecordPosition: TypeAlias = tuple[str, int, int]
"""Topic, partition, offset."""


def position_of(item: Item) -> RecordPosition:
    """Return a record's position in Kafka."""
    return item.origin.topic, item.origin.partition, item.origin.offset


def decode(record: Record, wanted: Container[type[Event]]) -> Decoded:
    """Decode one record; return None for an event whose type is not `wanted`.

    An unknown type is ignored on the network's own streams, where newer services may announce more, and refused on a
    partner's stream, where it is a mistake of the sender. A newer version of a known type is always dead-lettered: if
    ignored, it would be lost. Raises LookupError for a topic that is not ours.
    """
    stream = stream_of(record.topic)
    if stream is None:
        raise LookupError(f"{record.topic} is not one of our streams")
    if not stream.per_partner and _is_for_others(record, wanted):
        return None
    envelope: CloudEvent | None = None
    try:
        envelope = cloudevents.decode(record.key, record.value, record.headers)
        contract = event_class(envelope.type)
        if contract in wanted:
            return _received_event(record, stream, envelope, contract)
        error: MalformedEvent = _unexpected_type()
    except MalformedEvent as malformed:
        error = malformed
    if isinstance(error, UnknownEventType) and not stream.per_partner:
        return None
    return refused_record(record, stream, _origin_of(record, stream, envelope), error, envelope)


def _received_event(
    record: Record, stream: Stream, envelope: CloudEvent, contract: type[Event]
) -> ReceivedEvent:
    """Parse the event in an envelope. Raises MalformedEvent.

    On a compacted stream the broker deletes older records of a key, so an event under another's key would replace it.
    """
    if stream.per_partner:
        _check_json(record, envelope)
    event, origin = parse(contract, envelope.data), _origin_of(record, stream, envelope)
    if stream.compacted and record.key != event.key.encode():
        raise MalformedEvent(
            ProblemCode.INVALID_FIELD, "key", "send an event under the key of what it is about"
        )
    digest = inbox.digest_of(event) if stream.per_partner else None
    return ReceivedEvent(record, stream, origin, envelope, event, _inbox_id(origin), digest)


def _check_json(record: Record, envelope: CloudEvent) -> None:
    """Check the JSON of a partner's record, and of the event inside it. Raises MalformedEvent."""
    if record.value is not None and record.value is not envelope.data:
        check_strict_json(record.value)
    check_strict_json(envelope.data)


def _is_for_others(record: Record, wanted: Container[type[Event]]) -> bool:
    """Return whether the record's header names a known type that is not wanted, as most records of our streams do.

    Nothing else of such a record is decoded; any other fault in it is found by the services that want its type.
    """
    type_name = next((value for name, value in record.headers if name == "ce_type"), None)
    contract = _contract_named(type_name) if type_name else None
    return contract is not None and contract not in wanted


@lru_cache(maxsize=TYPES_CACHED_MAX)
def _contract_named(type_name: bytes) -> type[Event] | None:
    try:
        return event_class(type_name.decode("ascii", errors="replace"))
    except MalformedEvent:
        return None


def refused_record(
    record: Record,
    stream: Stream,
    origin: RecordOrigin,
    error: MalformedEvent | Unprocessable,
    envelope: CloudEvent | None,
) -> RefusedRecord:
    """Build the refused record for `error`, with texts cut to what the store holds."""
    where = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", error.where)
    problem = Problem(code=error.code, where=where[:200], remedy=error.remedy[:500])
    return RefusedRecord(record, stream, origin, problem, envelope.type[:200] if envelope else None)


def _inbox_id(origin: RecordOrigin) -> UUID:
    """Return the inbox id, with the partner in it: a `source` is only a claim and must not use up another partner's ids."""
    return inbox.inbox_id(f"{origin.partner or ''}|{origin.source}", origin.event_id or "")


def _unexpected_type() -> UnknownEventType:
    return UnknownEventType(ProblemCode.UNKNOWN_TYPE, "type", "send only types meant for this stream")


def read_origin(record: Record, stream: Stream) -> RecordOrigin:
    """Return the origin of a record as `decode` finds it, whether or not the record can be decoded."""
    try:
        envelope = cloudevents.decode(record.key, record.value, record.headers)
    except MalformedEvent:
        return _origin_of(record, stream, None)
    return _origin_of(record, stream, envelope)


def _origin_of(record: Record, stream: Stream, envelope: CloudEvent | None) -> RecordOrigin:
    return RecordOrigin(
        record.topic,
        record.partition,
        record.offset,
        owner_of(record.topic),
        envelope.id if envelope else None,
        envelope.source if envelope else None,
        _time_of(record) if stream.per_partner else None,
    )


def _time_of(record: Record) -> datetime:
    """Return a record's time, at the earliest 1970 and at the latest 9999: where the broker does not set it, a sender may."""
    return EPOCH + timedelta(milliseconds=min(max(record.timestamp or 0, 0), TIME_MS_MAX))
