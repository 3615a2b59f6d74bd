"""Checks places: an offer's counts equal its proposals, and do not exceed its capacity."""

from collections import Counter
from collections.abc import Iterator

from alongside_lab.faults.evidence.evidence import Evidence, Finding, FindingKind


def no_place_is_sold_twice(evidence: Evidence) -> Iterator[Finding]:
    """`held` equals open proposals, `taken` accepted ones, and their sum is at most the capacity."""
    held = Counter(row["offer_id"] for row in evidence.proposals if row["state"] == "open")
    taken = Counter(row["offer_id"] for row in evidence.proposals if row["state"] == "accepted")
    for offer in evidence.offers:
        counts, rows = (offer["held"], offer["taken"]), (held[offer["id"]], taken[offer["id"]])
        if counts != rows:
            detail = f"counts {counts[0]} held and {counts[1]} taken, but the proposals are {rows[0]} and {rows[1]}"
            yield Finding(FindingKind.OVERSOLD, str(offer["id"]), detail)
        if offer["capacity"] is not None and max(sum(counts), sum(rows)) > offer["capacity"]:
            yield Finding(
                FindingKind.OVERSOLD, str(offer["id"]), f"{sum(rows)} of {offer['capacity']} places"
            )


def nobody_has_two_places(evidence: Evidence) -> Iterator[Finding]:
    """A referral has at most one open or accepted proposal."""
    active = Counter(row["referral_id"] for row in evidence.proposals if row["state"] in ("open", "accepted"))
    for referral, count in active.items():
        if count > 1:
            yield Finding(FindingKind.OVERSOLD, str(referral), f"{count} proposals at once")
