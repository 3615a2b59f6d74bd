"""A refused record as its handlers see it, made again from its dead letter, for an answer that could not be given at once."""

from opentelemetry import trace

from alongside_chassis.announce.transaction import Cause
from alongside_chassis.consume.dead_letters import StoredDeadLetter
from alongside_chassis.consume.decoding import read_origin
from alongside_chassis.consume.handlers import Refusal
from alongside_chassis.observe import telemetry
from alongside_contracts import cloudevents
from alongside_contracts.partner import Problem
from alongside_contracts.streams import stream_of


def refusal_of(stored: StoredDeadLetter) -> Refusal:
    """Return the refusal that a dead letter of a record stands for. Raises LookupError for a topic that is not ours."""
    letter = stored.dead_letter
    stream = stream_of(letter.topic)
    if stream is None:
        raise LookupError(f"{letter.topic} is not one of our streams")
    problem = Problem(code=letter.reason, where=letter.where, remedy=letter.remedy)
    return Refusal(problem, read_origin(stored.record(), stream), stream, stored.value)


def cause_of_refusal(refused: Refusal, stored: StoredDeadLetter, timer: Cause) -> Cause:
    """Return the record of a dead letter as the cause of an announcement, in its sender's trace; without one, in the timer's."""
    sender = trace.get_current_span(telemetry.context_of(cloudevents.trace_of(stored.headers)))
    headers = telemetry.trace_headers(sender) or timer.trace
    return Cause(refused.origin.event_id or "", refused.origin, headers, timer.span)
