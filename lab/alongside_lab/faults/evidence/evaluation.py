"""Runs all checks on the evidence, and summarises the results."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from alongside_lab.faults.checks import (
    answers,
    capacity,
    deliveries,
    directory,
    effects,
    final_state,
    listings,
    notices,
    order,
    pauses,
)
from alongside_lab.faults.evidence.evidence import Evidence, Finding, FindingKind

Check: TypeAlias = Callable[[Evidence], Iterable[Finding]]

CHECKS: Final[Sequence[Check]] = (
    answers.every_record_is_on_its_stream,
    answers.every_submission_is_answered_once,
    answers.every_poison_record_is_answered_once,
    effects.every_admission_begins_one_referral,
    effects.no_reference_has_two_referrals,
    effects.every_transition_is_announced_once,
    effects.every_proposal_is_announced_once,
    effects.what_is_taken_back_is_withdrawn_once,
    effects.every_loop_is_closed_once,
    effects.every_crisis_is_raised_once,
    effects.every_danger_in_a_broken_record_is_heard_once,
    effects.acknowledged_commands_are_stored,
    order.one_key_is_in_one_partition,
    order.journeys_are_in_order,
    order.partners_get_updates_in_order,
    order.timelines_have_no_gaps,
    capacity.no_place_is_sold_twice,
    capacity.nobody_has_two_places,
    notices.nobody_is_notified_twice,
    notices.everybody_is_notified,
    notices.nobody_is_notified_in_vain,
    notices.every_crisis_is_paged,
    deliveries.every_notice_has_one_delivery,
    deliveries.notices_reach_their_recipients,
    deliveries.what_arrived_is_announced_once,
    deliveries.what_failed_is_announced_once,
    deliveries.every_delivery_has_ended,
    deliveries.delivered_mail_arrived,
    pauses.the_broken_sender_is_paused_alone,
    pauses.pauses_are_announced_and_ended,
    pauses.other_partners_are_not_held_up,
    directory.every_import_is_done,
    directory.every_source_lists_its_last_package,
    directory.every_listed_need_has_one_offer,
    listings.every_listing_is_announced,
    listings.matching_has_heard_every_listing,
    listings.listings_are_in_order,
    final_state.outboxes_are_empty,
    final_state.everything_was_consumed,
    final_state.dead_letters_are_the_poison,
    final_state.open_referrals_are_attended,
)


def check(evidence: Evidence) -> tuple[Finding, ...]:
    """Return all findings; empty when every promise was kept."""
    return tuple(finding for find_violations in CHECKS for finding in find_violations(evidence))


def summary(evidence: Evidence, findings: Sequence[Finding]) -> Mapping[str, Any]:
    """Return the run's numbers: findings per promise, and for `outbox_left` the number of rows."""
    counts_by_kind = Counter(finding.promise for finding in findings)
    counts: dict[str, Any] = {kind.value: counts_by_kind[kind] for kind in FindingKind}
    kinds = Counter(record.kind.split("-")[0] for record in evidence.sent_records)
    states = Counter(str(row["status"]) for row in evidence.referrals)
    return {
        "submitted": len(answers.submitted(evidence)),
        "records": len(evidence.arrivals),
        "referrals": len(evidence.referrals),
        "completed": states["completed"],
        "redelivered": kinds["redelivered"],
        "resent": kinds["resent"],
        "declined": sum(row["state"] == "declined" for row in evidence.proposals),
        **counts,
        "imports": len(evidence.directory_imports),
        "imports_restarted": sum(max(0, row["attempts"] - 1) for row in evidence.directory_imports),
        "services_listed": directory.services_listed(evidence),
        "pauses": len(evidence.quarantines),
        "dead_letters": len(evidence.dead_letters),
        "poison": len(final_state.poison(evidence)),
        "outbox_left": sum(evidence.outbox.values()),
        "notices": len(evidence.notices),
        "mails": len(evidence.mails),
        "mails_repeated": sum(times - 1 for times in evidence.mails.values()),
        "events": len(evidence.distinct_events),
        "events_repeated": len(evidence.events) - len(evidence.distinct_events),
        "commands_kept": len(evidence.acknowledged),
        "ok": not findings,
    }
