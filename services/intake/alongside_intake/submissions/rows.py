"""How a decided submission is stored: the columns of its row, and their values."""

from typing import Any, Final
from uuid import UUID

import orjson

from alongside_chassis.columns import Columns
from alongside_intake.domain.decide import Admitted, Amended, Escalated, Held, Linked, NextActor, Rejected
from alongside_intake.domain.facts import State
from alongside_intake.domain.problem import Problem
from alongside_intake.submissions.batch_state import DecidedSubmission

DECISION_COLUMNS: Final = {
    "state": "text",
    "problems": "jsonb",
    "suggestions": "text",
    "risks": "text",
    "because": "text",
    "referral_id": "uuid",
    "next_actor": "text",
    "due_at": "timestamptz",
}
# Codes are passed as one text, separated by spaces: `unnest` would flatten an array of arrays.
NEW: Final = Columns(
    {
        "suggestions": "string_to_array(suggestions, ' ')",
        "risks": "string_to_array(risks, ' ')",
        "next_actor": "case when superseded_by is null then next_actor end",
        "due_at": "case when superseded_by is null then due_at end",
    },
    id="uuid",
    source="text",
    reference="text",
    person_id="uuid",
    region="text",
    setting="text",
    facts="jsonb",
    repeats="uuid",
    superseded_by="uuid",
    cause="text",
    decided_at="timestamptz",
    **DECISION_COLUMNS,
)


def row_of(decided: DecidedSubmission, *, superseded_by: UUID | None) -> dict[str, Any]:
    """Return a submission as the columns of `NEW`."""
    submission, content = decided.submission, decided.submission.content
    source, reference = submission.submission_ref
    return {
        "id": submission.id,
        "source": source,
        "reference": reference,
        "person_id": submission.person_id,
        "region": content.region,
        "setting": content.setting,
        "facts": content.model_dump_json(exclude_none=True),
        "repeats": decided.repeats,
        "superseded_by": superseded_by,
        "cause": submission.received.cause,
        "decided_at": decided.at,
        **dict(zip(DECISION_COLUMNS, decision_values(decided), strict=True)),
    }


def decision_values(decided: DecidedSubmission) -> tuple[Any, ...]:
    """Return the values of `DECISION_COLUMNS`, in its order."""
    referral_id = decided.referral_id
    match decided.decision:
        case Admitted(suggestions):
            return (State.ADMITTED, "[]", " ".join(suggestions), "", None, referral_id, None, None)
        case Held(problems, next_actor, due_at):
            return (State.HELD, _json(problems), "", "", None, None, next_actor, due_at)
        case Rejected(problems):
            return (State.REJECTED, _json(problems), "", "", None, None, None, None)
        case Linked(reason, problems=problems):
            return (State.LINKED, _json(problems), "", "", reason, referral_id, None, None)
        case Amended(problems=problems):
            return (State.AMENDED, _json(problems), "", "", None, referral_id, None, None)
        case Escalated(risks, problems, acknowledge_by):
            state, coordinator = State.ESCALATED, NextActor.COORDINATOR
            return (state, _json(problems), "", " ".join(risks), None, None, coordinator, acknowledge_by)


def _json(problems: tuple[Problem, ...]) -> str:
    listed = [{"code": item.code, "where": item.where, "remedy": item.remedy} for item in problems]
    return orjson.dumps(listed).decode()
