"""What is special about our services for schemathesis: keys are used once, and some good requests are refused rightly."""

from collections import Counter
from typing import Any, Final

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response, SerializationContext

KEY: Final = "Idempotency-Key"
KEY_CHARS_MAX: Final = 200
BEYOND_A_SCHEMA: Final = {
    *("unlisted_code", "value_error", "availability", "moment", "day", "unshowable_text"),
    "int_type",  # 91.0, which JSON Schema calls an integer; no reader of ours does
    "string_too_short",  # of spaces alone: texts are stripped before they are measured
}
"""Errors of the services' rules, such as a code that the region does not list; the schema does not say them."""
_calls: Final[Counter[str]] = Counter()


@schemathesis.serializer("application/zip")
def send_bytes(_context: SerializationContext, value: object) -> bytes:
    """Send an upload as it was generated."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Use each key for one request: a generated key is often the same, and a second use is refused."""
    key = case.headers.get(KEY)
    if isinstance(key, str) and 0 < len(key) <= KEY_CHARS_MAX:
        _calls[KEY] += 1
        case.headers[KEY] = f"{_calls[KEY]}-{key}"[:KEY_CHARS_MAX]


@schemathesis.check
def well_formed_is_understood(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Fail when a request that the document allows is refused for a reason that the document could have said."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    errors = problem.get("errors", ()) if problem["code"] == "invalid-request" else ()
    wrong = [error for error in errors if error["problem"] not in BEYOND_A_SCHEMA]
    assert not wrong, f"the document allows this request, which is refused: {wrong}"
