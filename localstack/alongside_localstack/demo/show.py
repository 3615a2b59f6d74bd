"""Prints the result of a demonstration: one line per record, then a summary."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alongside_contracts.partner import ReferralUpdated, SubmissionAnswered
from alongside_contracts.vocabulary import Answer
from alongside_localstack.demo.evaluation import (
    Observations,
    SentRecord,
    Summary,
    answers_by_position,
    journeys_of,
)
from alongside_localstack.demo.stack_memory import StackMemory, describe_memory

COLOURS: Final[Mapping[str, str]] = {
    Answer.ADMITTED: "green",
    Answer.LINKED: "cyan",
    Answer.AMENDED: "cyan",
    Answer.CONSENT_CHANGED: "cyan",
    Answer.WITHDRAWN: "cyan",
    Answer.ESCALATED: "bold red",
    Answer.REJECTED: "yellow",
    Answer.REFUSED: "yellow",
    Answer.HELD: "magenta",
}


def print_journeys(console: Console, observations: Observations) -> None:
    """Print the answer and the referral's steps of every record, in the order sent."""
    answers, updates_by_referral = (
        answers_by_position(observations),
        journeys_of(observations.inboxes.values()),
    )
    for record in observations.sent_records:
        record_answers = answers.get((record.partner, record.position), [])
        console.print(
            _line(record, record_answers, updates_by_referral, observations.complete_traces), soft_wrap=True
        )


def print_summary(
    console: Console, result: Summary, *, seconds: float, broker: str, memory: StackMemory | None
) -> None:
    """Print the numbers and the memory, then every violated guarantee, or that there is none."""
    table = Table(box=None, padding=(0, 2), show_header=False)
    for left, right in zip(*_columns(result), strict=True):
        table.add_row(*left, *right)
    console.print()
    console.print(table)
    warning = "[bold yellow]warning:[/] " if memory is not None and memory.is_over_limit else ""
    console.print(f"\n{warning}{describe_memory(memory)}", soft_wrap=True)
    for violation in result.broken:
        console.print(f"[bold red]broken:[/] {violation}")
    verdict = "[bold green]every promise was kept[/]" if result.ok else "[bold red]a promise was broken[/]"
    console.print(f"\n{verdict} in {seconds:.1f} s on {broker}")


def _line(
    record: SentRecord,
    answers: Sequence[SubmissionAnswered],
    updates_by_referral: dict[str, list[ReferralUpdated]],
    complete: frozenset[str],
) -> Text:
    line = Text.assemble((f"{record.partner:<18.18} ", "dim"), f"{record.label:<26.26} ")
    if not answers:
        return line.append("no answer", "bold red")
    answer = answers[0]
    line.append(answer.answer, COLOURS.get(answer.answer, "bold"))
    if answer.answer == Answer.REFUSED and answer.escalated_as is not None:
        line.append(" and escalated", COLOURS[Answer.ESCALATED])
    for problem in answer.problems[:1]:
        line.append(f" ({problem.code} at {problem.where})", "dim")
    referral_id = str(answer.referral_id)
    if answer.answer == Answer.ADMITTED:
        for step in _steps(updates_by_referral.get(referral_id, [])):
            line.append(" → ", "dim").append(step)
        line.append("  trace ✓" if referral_id in complete else "  trace incomplete", "dim")
    return line


def _steps(updates: Sequence[ReferralUpdated]) -> Iterator[str]:
    """Yield a label for each step; another proposal after a decline is shown as another `asked`."""
    for update in updates:
        if update.outcome:
            yield f"{update.status.value} ({update.outcome})"
        elif update.business_status:
            yield {"awaiting-response": "asked"}.get(update.business_status, update.business_status)
        else:
            yield update.status.value


def _columns(result: Summary) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    left = [
        ("submitted", result.submitted),
        ("admitted", result.admitted),
        ("matched", result.matched),
        ("declined on the way", result.declined),
        ("loops closed", result.closed),
        ("notices delivered", result.notified),
        ("of which e-mails", result.mailed),
        ("notices a referral", result.notices_per_referral),
        ("e-mails a referral", result.emails_per_referral),
        ("complete traces", result.traces_complete),
    ]
    right = [
        ("escalated", result.escalated),
        ("linked", result.linked),
        ("changed later", result.changed),
        ("rejected", result.rejected),
        ("dead-lettered", result.dead_lettered),
        ("e-mails sent again", result.mail_resent),
        ("lost", result.lost),
        ("duplicated", result.duplicated),
        ("out of order", result.out_of_order),
        ("oversold", result.oversold),
    ]
    return [(name, str(value)) for name, value in left], [(name, str(value)) for name, value in right]
