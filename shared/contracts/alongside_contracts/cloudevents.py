"""CloudEvents 1.0 over Kafka: binary mode out, binary and structured mode in.

Source of the rules: CloudEvents Kafka protocol binding 1.0.2 (headers `ce_*`, `content-type`, key = `partitionkey`)
and the JSON event format. Our own code rather than the SDK's: the SDK turns a broken JSON body into a string instead
of refusing it and costs many times as much per record; tests compare the two (docs/decisions/0004).
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic_core import from_json, to_json

from alongside_contracts.errors import MalformedEvent
from alongside_contracts.fields.times import MOMENT_REMEDY, moment_of
from alongside_contracts.fields.trace_context import TRACEPARENT, TRACESTATE, trace_context
from alongside_contracts.streams import PAYLOAD_BYTES_MAX
from alongside_contracts.vocabulary import ProblemCode

Headers: TypeAlias = Iterable[tuple[str, bytes | None]]

SPEC_VERSION: Final = "1.0"
JSON: Final = "application/json"
STRUCTURED_JSON: Final = "application/cloudevents+json"
TRACE_CONTEXT: Final = (TRACEPARENT, TRACESTATE)
HEADERS_MAX: Final = 64
HEADER_NAMES_CACHED_MAX: Final = 1_024
HEADER_NAME_CHARS_CACHED_MAX: Final = 100
"""Limits of the cache of header names, which senders make up: a name that is not cached is only parsed again."""
ATTRIBUTE_CHARS_MAX: Final = 1024

_REQUIRED: Final = ("id", "source", "type")
_KNOWN: Final = frozenset({*_REQUIRED, "specversion", "time", "subject", "datacontenttype"})
_EXTENSION_NAME: Final = re.compile(r"(?!data$)[a-z0-9]{1,64}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Characters the CloudEvents type system excludes from strings; PostgreSQL cannot store the first of them."""
_URN: Final = re.compile(r"urn:[a-z0-9][a-z0-9-]{0,30}[a-z0-9]:(?=.)", re.IGNORECASE | re.ASCII)
"""The parts of a URN that are equal in every case (RFC 8141): the scheme and the namespace."""
_JSON_TYPE: Final = re.compile(r"[^/;\s]+/([^/;\s]+\+)?json\s*(;.*)?", re.IGNORECASE)
_NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})


class CloudEvent(NamedTuple):
    """One event in transit, payload still bytes. (`source`, `id`) names it uniquely, however often it is delivered.

    `trace` holds W3C trace context headers; `extensions` every other CloudEvents extension attribute. A named tuple,
    because one is made per record read and per event announced, at a quarter of a frozen dataclass's cost.
    """

    id: str
    source: str
    type: str
    data: bytes
    time: datetime | None = None
    subject: str | None = None
    key: bytes | None = None
    content_type: str = JSON
    trace: Mapping[str, str] = _NO_ATTRIBUTES
    extensions: Mapping[str, str] = _NO_ATTRIBUTES


def encode(event: CloudEvent) -> list[tuple[str, bytes]]:
    """Return the Kafka headers of `event` in binary content mode; the value is `event.data`, the key `event.key`."""
    return [(name, value.encode()) for name, value in header_texts(event)]


def header_texts(event: CloudEvent) -> list[tuple[str, str]]:
    """Return the Kafka headers of `event` in binary content mode as text, the form an outbox stores."""
    headers = [
        ("ce_specversion", SPEC_VERSION),
        ("ce_id", event.id),
        ("ce_source", event.source),
        ("ce_type", event.type),
    ]
    if event.time is not None:
        headers.append(("ce_time", rfc_3339(event.time)))
    if event.subject is not None:
        headers.append(("ce_subject", event.subject))
    if event.extensions:
        headers.extend((f"ce_{name}", text) for name, text in event.extensions.items())
    headers.append(("content-type", event.content_type))
    headers.extend(event.trace.items())
    return headers


def rfc_3339(moment: datetime) -> str:
    """Return a time as text in the form of RFC 3339, with `Z` for UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def encode_structured(event: CloudEvent) -> tuple[list[tuple[str, bytes]], bytes]:
    """Return headers and value of `event` in structured content mode (JSON); data of another type is sent in base64.

    Raises MalformedEvent when data of content type JSON is not JSON.
    """
    body: dict[str, Any] = {
        "specversion": SPEC_VERSION,
        "id": event.id,
        "source": event.source,
        "type": event.type,
    }
    if event.time is not None:
        body["time"] = rfc_3339(event.time)
    if event.subject is not None:
        body["subject"] = event.subject
    body |= event.extensions
    body["datacontenttype"] = event.content_type
    if _is_json(event.content_type):
        body["data"] = _parsed(event.data)
    else:
        body["data_base64"] = base64.b64encode(event.data).decode()
    trace = [(name, value.encode()) for name, value in event.trace.items()]
    return [("content-type", f"{STRUCTURED_JSON}; charset=utf-8".encode()), *trace], to_json(body)


def decode(key: bytes | None, value: bytes | None, headers: Headers) -> CloudEvent:
    """Read a Kafka record as a CloudEvent, in whichever content mode it was sent.

    Other headers may hold any bytes, or none; only headers that the binding defines are read.

    Raises MalformedEvent, and nothing else: for a tombstone, an oversized body, attributes that are missing,
    unreadable, overlong or given twice, a wrong specversion, a naive time, or a structured body that is no object.
    """
    if value is None:
        raise MalformedEvent(ProblemCode.MALFORMED, "value", "send an event, not a tombstone")
    if len(value) > PAYLOAD_BYTES_MAX:
        raise MalformedEvent(ProblemCode.TOO_LARGE, "value", f"keep the body under {PAYLOAD_BYTES_MAX} bytes")
    attributes, trace = _read_headers(headers)
    content_type = attributes.setdefault("datacontenttype", JSON)
    if content_type != JSON and content_type.split(";")[0].strip().lower() == STRUCTURED_JSON:
        return _structured(key, value, trace)
    return _event(attributes, value, key, trace)


def trace_of(headers: Headers) -> dict[str, str]:
    """Return the trace context among a record's headers, whether or not the record can be decoded."""
    given = [(name.lower(), _trace_text(raw)) for name, raw in headers]
    parents, states = ([text for name, text in given if name == wanted] for wanted in TRACE_CONTEXT)
    return trace_context(parents, states)


def _read_headers(headers: Headers) -> tuple[dict[str, str], dict[str, str] | None]:
    """Return the CloudEvents attributes among the headers, and the trace context; None when no header is about it."""
    attributes: dict[str, str] = {}
    trace: dict[str, list[str]] = {}
    for count, (name, raw) in enumerate(headers, start=1):
        if count > HEADERS_MAX:
            raise MalformedEvent(ProblemCode.MALFORMED, "headers", f"send at most {HEADERS_MAX} headers")
        attribute = (
            _cached_attribute_of(name) if len(name) <= HEADER_NAME_CHARS_CACHED_MAX else _attribute_of(name)
        )
        if attribute is None:
            continue
        if attribute in TRACE_CONTEXT and len(name) == len(
            attribute
        ):  # not `ce_traceparent`, which is an attribute
            trace.setdefault(attribute, []).append(_trace_text(raw))
            continue
        text = _text(name, raw)
        if attributes.setdefault(attribute, text) != text:
            raise MalformedEvent(ProblemCode.MALFORMED, f"header {name}", "send each attribute once")
    parents = trace.get(TRACEPARENT)
    return attributes, None if parents is None else trace_context(parents, trace.get(TRACESTATE, ()))


def _attribute_of(name: str) -> str | None:
    """Return the attribute or trace header that a header carries; None for other headers.

    `ce_datacontenttype` is one of the others: the binding sends this attribute as `content-type`.
    """
    lower = name.lower()
    if lower == "content-type":
        return "datacontenttype"
    if lower in TRACE_CONTEXT:
        return lower
    return lower[3:] if lower.startswith("ce_") and lower != "ce_datacontenttype" else None


_cached_attribute_of: Final = lru_cache(maxsize=HEADER_NAMES_CACHED_MAX)(_attribute_of)


def _trace_text(raw: bytes | None) -> str:
    """Return a trace header's text; an invalid one is no reason to refuse the record."""
    return (raw or b"").decode("ascii", errors="replace")


def _text(name: str, raw: bytes | None) -> str:
    try:
        text = (raw or b"").decode()
    except UnicodeDecodeError as error:
        raise MalformedEvent(ProblemCode.MALFORMED, f"header {name}", "send UTF-8 text") from error
    return text if _is_short(text) else _short_text(f"header {name}", text)


def _is_short(text: str) -> bool:
    """Return whether the text is certainly well-formed: the cheap part of the rule, and nearly always enough."""
    return text.isprintable() and 0 < len(text) <= ATTRIBUTE_CHARS_MAX


def _short_text(where: str, text: str) -> str:
    if not 0 < len(text) <= ATTRIBUTE_CHARS_MAX or _CONTROL.search(text):
        raise MalformedEvent(
            ProblemCode.MALFORMED,
            where,
            f"send 1 to {ATTRIBUTE_CHARS_MAX} characters of text without control characters",
        )
    return text


def _structured(key: bytes | None, value: bytes, trace: dict[str, str] | None) -> CloudEvent:
    body = _parsed(value)
    if not isinstance(body, dict):
        raise MalformedEvent(ProblemCode.MALFORMED, "value", "send a JSON object")
    data = _structured_data(body)
    attributes = {
        name: _attribute_text(name, attribute) for name, attribute in body.items() if attribute is not None
    }
    return _event(attributes, data, key, trace)


def _attribute_text(name: str, attribute: object) -> str:
    """Return the text of an attribute; extensions may also be JSON booleans and 32-bit integers."""
    if name not in _KNOWN and isinstance(attribute, int) and abs(attribute) < 2**31:
        return to_json(attribute).decode()
    if not isinstance(attribute, str):
        raise MalformedEvent(ProblemCode.MALFORMED, name, "send attributes as short text")
    return _short_text(name, attribute)


def _structured_data(body: dict[str, Any]) -> bytes:
    """Remove `data` or `data_base64` from a structured event and return it as bytes."""
    plain, encoded = body.pop("data", None), body.pop("data_base64", None)
    if encoded is None:
        is_text = isinstance(plain, str) and not _is_json(body.get("datacontenttype"))
        # 1e999 is an infinite double, which JSON cannot hold
        return plain.encode() if is_text else to_json(plain, inf_nan_mode="null")
    if plain is not None:
        raise MalformedEvent(ProblemCode.MALFORMED, "data_base64", "send data or data_base64, not both")
    try:
        return base64.b64decode(encoded, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise MalformedEvent(ProblemCode.MALFORMED, "data_base64", "send valid base64") from error


def _is_json(content_type: object) -> bool:
    """Return whether data is a JSON value; it is when no content type is given."""
    return not isinstance(content_type, str) or bool(_JSON_TYPE.fullmatch(content_type.strip()))


def _parsed(value: bytes) -> Any:
    try:
        return from_json(value, allow_inf_nan=False)
    except ValueError as error:
        raise MalformedEvent(ProblemCode.MALFORMED, "value", "send valid JSON in UTF-8") from error


def _event(
    attributes: dict[str, str], data: bytes, key: bytes | None, trace: dict[str, str] | None
) -> CloudEvent:
    if attributes.get("specversion") != SPEC_VERSION:
        raise MalformedEvent(ProblemCode.MALFORMED, "specversion", f"send specversion {SPEC_VERSION}")
    for name in _REQUIRED:
        if not attributes.get(name):
            raise MalformedEvent(ProblemCode.MALFORMED, name, f"send the CloudEvents attribute {name}")
    extensions = None if attributes.keys() <= _KNOWN else _extensions(attributes)
    trace_among_attributes = _take_trace(extensions) if extensions else None
    return CloudEvent(
        id=attributes["id"],
        source=one_spelling(attributes["source"]),
        type=attributes["type"],
        data=data,
        time=_time(attributes.get("time")),
        subject=attributes.get("subject"),
        key=key,
        content_type=attributes.get("datacontenttype", JSON),
        trace=(trace_among_attributes if trace is None else trace) or _NO_ATTRIBUTES,
        extensions=extensions or _NO_ATTRIBUTES,
    )


def one_spelling(source: str) -> str:
    """Return a source that is a URN with scheme and namespace in lower case: (`source`, `id`) is one identity however it is
    spelled."""
    if source.startswith("urn:alongside:") or not (urn := _URN.match(source)):
        return source
    return urn.group().lower() + source[urn.end() :]


def _extensions(attributes: Mapping[str, str]) -> dict[str, str]:
    extensions = {name: text for name, text in attributes.items() if name not in _KNOWN}
    for name in extensions:
        if not _EXTENSION_NAME.fullmatch(name):
            raise MalformedEvent(
                ProblemCode.MALFORMED, name, "name extensions with lower-case letters and digits"
            )
    return extensions


def _take_trace(extensions: dict[str, str]) -> dict[str, str]:
    """Take the trace context out of the extension attributes; it is used when no header carries any."""
    given = [[text] if (text := extensions.pop(name, None)) else [] for name in TRACE_CONTEXT]
    return trace_context(*given)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = moment_of(text)
    if moment is None:
        raise MalformedEvent(ProblemCode.MALFORMED, "time", MOMENT_REMEDY)
    return moment
