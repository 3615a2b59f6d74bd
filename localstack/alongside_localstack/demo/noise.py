"""How many notices and e-mails a referral causes. More than a few are noise, and nobody reads the one that matters."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from alongside_contracts.vocabulary import Channel

NOTICES_MAX: Final = 8
"""The most notices that a referral which goes well may cause."""
EMAILS_MAX: Final = 4
"""The most e-mails among them, for partners that read their streams."""
UNDELIVERED_STATES: Final = frozenset({"pending", "sending"})


@dataclass(frozen=True, slots=True)
class Noise:
    """Notices and delivered e-mails by referral, as `GET /notices` lists them."""

    notices_about: Mapping[str, int]
    emails_about: Mapping[str, int]
    emails: int
    """All delivered e-mails, also those about no referral."""

    @classmethod
    def of(cls, notices: Iterable[Mapping[str, Any]]) -> "Noise":
        """Count notices."""
        notices_about: Counter[str] = Counter()
        emails_about: Counter[str] = Counter()
        emails = 0
        for notice in notices:
            mailed = sum(_is_delivered_email(delivery) for delivery in notice["deliveries"])
            emails += mailed
            if notice["referral_id"] is not None:
                notices_about[notice["referral_id"]] += 1
                emails_about[notice["referral_id"]] += mailed
        return cls(notices_about, emails_about, emails)

    def above_limits(self, referrals: Iterable[str]) -> Sequence[str]:
        """Return which of these referrals caused more than they may, sorted."""
        return sorted(
            id_
            for id_ in referrals
            if self.notices_about[id_] > NOTICES_MAX or self.emails_about[id_] > EMAILS_MAX
        )


def is_undelivered(notice: Mapping[str, Any]) -> bool:
    """Return whether a delivery of a notice still waits."""
    return any(delivery["state"] in UNDELIVERED_STATES for delivery in notice["deliveries"])


def _is_delivered_email(delivery: Mapping[str, Any]) -> bool:
    return bool(delivery["channel"] == Channel.EMAIL and delivery["state"] == "delivered")
