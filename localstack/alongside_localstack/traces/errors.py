"""What the span store refuses or cannot do.

TracesError
├── BrokenByMessage         the sender's fault: refuse, sending it again will not help
│   ├── NotSpans            the body is not an OTLP trace export
│   ├── WrongEncoding       a content type or encoding we do not read
│   ├── TooLarge            more bytes or spans than one request may carry
│   ├── TooSlow             the body did not arrive in time
│   ├── WrongQuestion       a query without, or with an impossible, id
│   └── UnknownTrace        no span of this trace is kept
└── StoreAway               PostgreSQL does not answer: the sender may try again
"""


class TracesError(Exception):
    """Anything the span store says no to: `status` and `title` for HTTP, the message says how to go on."""

    status = 500
    title = "The span store failed"


class InvalidRequest(TracesError):
    """The request is at fault; repeating it unchanged is useless."""

    status = 400


class NotSpans(InvalidRequest):
    """The body is not an OTLP trace export."""

    title = "The body is not an OTLP trace export"


class WrongEncoding(InvalidRequest):
    """A content type or content encoding we do not read."""

    status = 415
    title = "The body is encoded in a way we do not read"


class TooLarge(InvalidRequest):
    """More bytes or more spans than one request may carry."""

    status = 413
    title = "The export is too large"


class TooSlow(InvalidRequest):
    """The body did not arrive in time."""

    status = 408
    title = "The body did not arrive in time"


class InvalidQuery(InvalidRequest):
    """A query without, or with an impossible, id."""

    title = "The question cannot be answered"


class UnknownTrace(InvalidRequest):
    """No span of this trace is kept: it never arrived, or made room for newer ones."""

    status = 404
    title = "The trace is not known"


class StoreUnavailable(TracesError):
    """PostgreSQL does not answer; nothing of the request was kept."""

    status = 503
    title = "The span store's database is away"
