"""One canonical log line per unit of work, as JSON (or as text for a console), with trace ids and without payloads."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, Protocol

import orjson
import structlog
from opentelemetry import trace

from alongside_chassis.observe.names import LogEvent, LogName


class Log(Protocol):
    """A logger that accepts only the event names listed in `names.py`."""

    def debug(self, event: LogEvent | LogName, **facts: Any) -> Any:
        """Log a line that production does not need."""
        ...

    def info(self, event: LogEvent | LogName, **facts: Any) -> Any:
        """Log work that was done."""
        ...

    def warning(self, event: LogEvent | LogName, **facts: Any) -> Any:
        """Log work that must be repeated, or was dead-lettered."""
        ...

    def error(self, event: LogEvent | LogName, **facts: Any) -> Any:
        """Log an event that needs a person's attention."""
        ...


def make_log(service: str, *, level: str = "INFO", form: Literal["json", "console"] = "json") -> Log:
    """Create the service's logger, which writes to standard output."""
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Any] = [
        _add_trace,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    if form == "json":
        return structlog.wrap_logger(  # type: ignore[no-any-return]  # structlog types its loggers as Any
            structlog.BytesLogger(sys.stdout.buffer),
            processors=[*shared, _describe_exception, structlog.processors.JSONRenderer(orjson.dumps)],
            wrapper_class=structlog.make_filtering_bound_logger(threshold),
        ).bind(service=service)
    return structlog.wrap_logger(  # type: ignore[no-any-return]
        structlog.PrintLogger(),
        processors=[*shared, structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
    ).bind(service=service)


def _add_trace(_log: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"], line["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return line


def _describe_exception(_log: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the exception by its class (`error`) and the line that raised it (`at`); its message may quote a payload."""
    error = line.pop("exc", None)
    if isinstance(error, BaseException):
        frame, at = error.__traceback__, ""
        while frame is not None:
            at = f"{frame.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{frame.tb_lineno}"
            frame = frame.tb_next
        line["error"], line["at"] = type(error).__name__, at
    return line
