"""A trace goes on from HTTP and from Kafka by one rule, and nothing longer than its limit reaches the outbox."""

from collections.abc import Sequence

import pytest
from opentelemetry.trace import format_trace_id

from alongside_contracts.intake import SubmissionAdmitted
from alongside_contracts.partner import SubmissionAnswered
from tests.builders import a_submission
from tests.service.intake.intake_client import HOSPITAL, IntakeClient

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
MEMBERS = [f"k{n:02}={'v' * 26}" for n in range(20)]
CASES: dict[str, tuple[list[tuple[str, str]], str | None, str | None]] = {
    "a valid context": ([("traceparent", PARENT), ("tracestate", "foo=1")], TRACE, "foo=1"),
    "two states": ([("tracestate", "foo=1"), ("traceparent", PARENT), ("tracestate", " bar=2")], TRACE, "foo=1,bar=2"),
    "a state over the limit": ([("traceparent", PARENT), ("tracestate", ",".join(MEMBERS))], TRACE, ",".join(MEMBERS[:16])),
    "an invalid state": ([("traceparent", PARENT), ("tracestate", "FOO=1")], TRACE, None),
    "two parents": ([("traceparent", PARENT), ("traceparent", PARENT), ("tracestate", "foo=1")], None, None),
    "an invalid parent": ([("traceparent", PARENT.upper()), ("tracestate", "foo=1")], None, None),
}  # fmt: skip
each_case = pytest.mark.parametrize(("headers", "trace", "state"), CASES.values(), ids=CASES)


@each_case
async def test_a_request_goes_on_with_its_senders_trace_or_begins_one(
    intake: IntakeClient, headers: Sequence[tuple[str, str]], trace: str | None, state: str | None
) -> None:
    body = a_submission().model_dump(mode="json", exclude_none=True)

    await intake.http.post("/submissions", json=body, headers=list(headers))

    (announced,) = [row for row in await intake.announced() if isinstance(row.event, SubmissionAdmitted)]
    assert (announced.trace["traceparent"].split("-")[1] == TRACE) == (trace == TRACE)
    assert announced.trace.get("tracestate") == state


@each_case
async def test_a_record_goes_on_with_its_senders_trace_or_begins_one(
    intake: IntakeClient, headers: Sequence[tuple[str, str]], trace: str | None, state: str | None
) -> None:
    record = intake.bench.record_of(a_submission(), partner=HOSPITAL)
    record.headers = (*record.headers, *((name, text.encode()) for name, text in headers))

    await intake.bench.hear_records(record)

    rows = await intake.bench.announced()
    assert {type(row.event) for row in rows} >= {SubmissionAdmitted, SubmissionAnswered}
    assert {row.trace["traceparent"].split("-")[1] == TRACE for row in rows} == {trace == TRACE}
    assert {row.trace.get("tracestate") for row in rows} == {state}


@each_case
async def test_a_record_that_is_refused_is_answered_in_its_senders_trace_or_in_a_new_one(
    intake: IntakeClient, headers: Sequence[tuple[str, str]], trace: str | None, state: str | None
) -> None:
    record = intake.bench.record_of(a_submission(), partner=HOSPITAL)
    record.headers = (*record.headers, *((name, text.encode()) for name, text in headers))
    record.value = b"{}"

    await intake.bench.hear_records(record)

    (row,) = await intake.bench.announced()
    assert (row.trace["traceparent"].split("-")[1] == TRACE) == (trace == TRACE)
    assert row.trace.get("tracestate") == state


async def test_the_baggage_of_a_request_is_not_read(intake: IntakeClient) -> None:
    await intake.http.get("/regions", headers={"traceparent": PARENT, "baggage": "name=Ana"})

    (span,) = [span for span in intake.bench.finished_spans() if span.name.endswith("/regions")]
    assert format_trace_id(span.context.trace_id) == TRACE
    assert "Ana" not in span.to_json()
