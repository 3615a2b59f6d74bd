"""Errors of the span store.

TracesError
├── InvalidRequest          the sender's fault: refused, sending it again does not help
│   ├── NotSpans            the body is not an OTLP trace export
│   ├── WrongEncoding       an unsupported content type or encoding
│   ├── TooLarge            more bytes or spans than one request may carry
│   ├── TooSlow             the body did not arrive in time
│   ├── InvalidQuery        a query without an id, or with an impossible one
│   └── UnknownTrace        no span of this trace is stored
└── StoreUnavailable        PostgreSQL does not answer: the sender may try again
"""


class TracesError(Exception):
    """An error for the HTTP client: its `status` and `title`; the message says what to do."""

    status = 500
    title = "The span store failed"


class InvalidRequest(TracesError):
    """The request is wrong; repeating it unchanged does not help."""

    status = 400


class NotSpans(InvalidRequest):
    """The body is not an OTLP trace export."""

    title = "The body is not an OTLP trace export"


class WrongEncoding(InvalidRequest):
    """The content type or content encoding is not supported."""

    status = 415
    title = "The content type or encoding is not supported"


class TooLarge(InvalidRequest):
    """More bytes or more spans than one request may carry."""

    status = 413
    title = "The export is too large"


class TooSlow(InvalidRequest):
    """The body did not arrive in time."""

    status = 408
    title = "The body did not arrive in time"


class InvalidQuery(InvalidRequest):
    """The query has no id, or an impossible one."""

    title = "The query is invalid"


class UnknownTrace(InvalidRequest):
    """No span of this trace is stored: none arrived, or they were deleted for newer ones."""

    status = 404
    title = "The trace is unknown"


class StoreUnavailable(TracesError):
    """PostgreSQL does not answer; nothing of the request was stored."""

    status = 503
    title = "The span store's database does not answer"
