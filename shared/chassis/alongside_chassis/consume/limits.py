"""Limits on attempts and refused records, and the pure functions that count them record by record.

A partner's records are counted in a window that opens with a refused record, so a partner with good records costs nothing.
A partner's records never stop the service. The network's own records, refused in a row, do: the fault is then not in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from alongside_contracts.vocabulary import PauseReason


@dataclass(frozen=True, slots=True)
class PartnerLimits:
    """Limits at which a partner's stream is paused.

    `refused_share_max` is the share of `window_records` that may be refused; `kept_…` limits its waiting dead letters.
    """

    refused_in_a_row_max: int = 25
    window_records: int = 200
    refused_share_max: float = 0.25
    kept_records_max: int = 1_000
    kept_bytes_max: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits at which the pipeline refuses a record, or stops."""

    handler_attempts_max: int = 3
    dead_letters_in_a_row_max: int = 50
    retry_seconds_max: float = 5.0
    partners: PartnerLimits = field(default_factory=PartnerLimits)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a partner's refused records: in a row, in the open window, and waiting as dead letters."""

    in_a_row: int = 0
    window_records: int = 0
    window_refused: int = 0
    kept_records: int = 0
    kept_bytes: int = 0

    @property
    def clean(self) -> bool:
        """Whether no record was refused just now and no window is open; waiting dead letters do not matter."""
        return not (self.in_a_row or self.window_records)


def tally_after(tally: Tally, *, refused_bytes: int | None, window_records: int) -> Tally:
    """Return the tally after one more record; `refused_bytes` is its size when it was refused, None when handled."""
    if tally.window_records >= window_records:
        tally = replace(tally, window_records=0, window_refused=0)
    if refused_bytes is None:
        is_open = tally.window_records > 0
        return replace(tally, in_a_row=0, window_records=tally.window_records + is_open)
    return Tally(
        in_a_row=tally.in_a_row + 1,
        window_records=tally.window_records + 1,
        window_refused=tally.window_refused + 1,
        kept_records=tally.kept_records + 1,
        kept_bytes=tally.kept_bytes + refused_bytes,
    )


def reached(tally: Tally, limits: PartnerLimits) -> PauseReason | None:
    """Return the limit a partner has reached, or None."""
    if tally.in_a_row >= limits.refused_in_a_row_max:
        return PauseReason.REFUSED_IN_A_ROW
    if tally.window_refused > limits.refused_share_max * limits.window_records:
        return PauseReason.REFUSED_SHARE
    if tally.kept_records >= limits.kept_records_max:
        return PauseReason.KEPT_RECORDS
    if tally.kept_bytes >= limits.kept_bytes_max:
        return PauseReason.KEPT_BYTES
    return None


@dataclass(frozen=True, slots=True)
class PartnerCount:
    """A partner's tally after a batch; `limit_index` (from 0) is the record that reached the limit `because`."""

    tally: Tally
    limit_index: int | None = None
    because: PauseReason | None = None


def count_partner(tally: Tally, refused_bytes: Sequence[int | None], limits: PartnerLimits) -> PartnerCount:
    """Count a partner's records in order, up to the limit. Only a refused record can reach it."""
    for index, size in enumerate(refused_bytes):
        tally = tally_after(tally, refused_bytes=size, window_records=limits.window_records)
        because = reached(tally, limits) if size is not None else None
        if because is not None:
            return PartnerCount(tally, index, because)
    return PartnerCount(tally)


@dataclass(frozen=True, slots=True)
class NetworkCount:
    """How many of the network's own records are refused in a row after a batch; `limit_index` as in `PartnerCount`."""

    refused: int
    limit_index: int | None = None


def count_in_a_row(in_a_row: int, refused: Sequence[bool], *, refused_max: int) -> NetworkCount:
    """Count records in order, up to the limit; `in_a_row` is the count before them."""
    for index, is_refused in enumerate(refused):
        in_a_row = in_a_row + 1 if is_refused else 0
        if in_a_row >= refused_max:
            return NetworkCount(in_a_row, index)
    return NetworkCount(in_a_row)
