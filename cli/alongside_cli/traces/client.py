"""Reads a referral's traces from the span store, for `alongside trace` and the demonstration."""

import httpx2
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from alongside_cli.traces.answers import ReferralAnswer
from alongside_cli.traces.waterfall import waterfall

SECONDS_MAX = 10.0


async def referral_traces(base_url: str, referral_id: str) -> ReferralAnswer:
    """Return all traces that name the referral and are stored at `base_url` now.

    Raises httpx2.HTTPError when the store does not answer or refuses, pydantic.ValidationError when the answer is not
    a span store's.
    """
    async with httpx2.AsyncClient(base_url=base_url, timeout=SECONDS_MAX, trust_env=False) as client:
        answer = await client.get("/traces", params={"referral": referral_id})
    answer.raise_for_status()
    return ReferralAnswer.model_validate_json(answer.content)


async def draw_referral(console: Console, base_url: str, referral_id: str) -> int:
    """Draw the referral's waterfall; return the exit code: 1, after printing a remedy, when there is no trace."""
    try:
        answer = await referral_traces(base_url, referral_id)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValidationError) as error:
        return _print_failure(console, f"The span store at {base_url} cannot be read: {_reason(error)}.")
    if not answer.traces:
        return _print_failure(
            console,
            f"No trace names the referral {referral_id}. Spans arrive a few seconds after the work, "
            "and the oldest are deleted: check the id, or try again.",
        )
    drawing = waterfall(answer.spans(), width=console.width, ascii_only=console.options.ascii_only)
    console.print(drawing, no_wrap=True, overflow="ignore", crop=False, highlight=False)
    if answer.truncated:
        console.print(Text("Later spans are missing: the store has more than one answer may hold."))
    return 0


def _print_failure(console: Console, message: str) -> int:
    console.print(Text(message))
    console.print(
        Text("To put it right: start the local span store with `alongside up`, or set ALONGSIDE_TRACES_URL.")
    )
    return 1


def _reason(error: Exception) -> str:
    match error:
        case httpx2.HTTPStatusError():
            return f"HTTP {error.response.status_code}"
        case ValidationError():
            return "the answer is not a span store's"
        case _:
            return str(error) or type(error).__name__
