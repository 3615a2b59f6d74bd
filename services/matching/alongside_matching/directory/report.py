"""The report for publishers and coordinators: counts, and every line that was quarantined or flagged."""

import json
from collections import Counter
from dataclasses import asdict, dataclass

from alongside_contracts.codes import installed
from alongside_contracts.vocabulary import OfferKind
from alongside_matching.directory.listing.model import Listing
from alongside_matching.directory.source.findings import REMEDIES
from alongside_matching.directory.source.tables import Table


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The report on a checked datapackage; equal listings give equal bytes."""

    listing: Listing

    @property
    def services_read(self) -> int:
        """Return the number of service rows in the package, valid or not."""
        return self.listing.counts[Table.SERVICES].read

    @property
    def services_quarantined(self) -> int:
        """Return the number of service rows quarantined."""
        return self.listing.counts[Table.SERVICES].quarantined

    def needs(self) -> dict[str, int]:
        """Return how many listed services answer each need, including needs that none answers."""
        counts: Counter[str] = Counter(need for service in self.listing.services for need in service.needs)
        return {need: counts[need] for need in installed()["needs"].codes}

    def kinds(self) -> dict[str, int]:
        """Return how many listed services are groups and how many are services."""
        counts = Counter(service.kind for service in self.listing.services)
        return {kind.value: counts[kind] for kind in (OfferKind.GROUP, OfferKind.SERVICE)}

    def quarantined_by_reason(self) -> dict[str, int]:
        """Return `table: reason` -> rows, in table order."""
        counts = Counter(f"{row.table}: {row.reason}" for row in self.listing.quarantined)
        return dict(counts)

    def flags_by_kind(self) -> dict[str, int]:
        """Return `table: kind` or `table.column: kind` -> rows, in table order, then by name."""
        order = list(Table)
        flags = sorted(self.listing.flags, key=lambda flag: (order.index(flag.table), flag.column, flag.kind))
        return dict(
            Counter(f"{flag.table}{'.' + flag.column if flag.column else ''}: {flag.kind}" for flag in flags)
        )

    def to_json(self) -> str:
        """Return the whole report, line by line, as JSON."""
        document = {
            "package": self.listing.package,
            "services": {
                "read": self.services_read,
                "listed": len(self.listing.services),
                "quarantined": self.services_quarantined,
                **self.kinds(),
                "without_need": sum(not service.needs for service in self.listing.services),
            },
            "needs": self.needs(),
            "tables": {table.value: asdict(count) for table, count in self.listing.counts.items()},
            "quarantined_by_reason": self.quarantined_by_reason(),
            "flags_by_kind": self.flags_by_kind(),
            "quarantined": [{**asdict(row), "remedy": row.remedy} for row in self.listing.quarantined],
            "flags": [asdict(flag) for flag in self.listing.flags],
        }
        return json.dumps(document, ensure_ascii=False, indent=1)

    def summary(self) -> str:
        """Return one screen of plain text."""
        return "\n".join(
            [
                self._headline(),
                "",
                *self._table_lines(),
                "",
                "Quarantined, by reason:",
                *(f"  {count:>7,}  {name}" for name, count in self.quarantined_by_reason().items()),
                *self._remedy_lines(),
                "",
                "Read with a remark:",
                *(f"  {count:>7,}  {name}" for name, count in self.flags_by_kind().items()),
                "",
                "Listed services by need:",
                *(f"  {count:>7,}  {name}" for name, count in self.needs().items()),
            ]
        )

    def _headline(self) -> str:
        listed = ", ".join(f"{count} of kind {kind}" for kind, count in self.kinds().items())
        return (
            f"{self.listing.package}: {self.services_read} services read, {len(self.listing.services)} listed"
            f" ({listed}), {self.services_quarantined} quarantined"
        )

    def _table_lines(self) -> list[str]:
        columns = ("read", "taken", "quarantined", "repeated", "with_service", "elsewhere")
        head = "rows".ljust(24) + "".join(name.replace("_", " ").rjust(13) for name in columns)
        counts = self.listing.counts.items()
        return [
            head,
            *(table.ljust(24) + "".join(f"{asdict(n)[c]:>13,}" for c in columns) for table, n in counts),
        ]

    def _remedy_lines(self) -> list[str]:
        reasons = dict.fromkeys(row.reason for row in self.listing.quarantined)
        return [f"  {reason}: {REMEDIES[reason]}" for reason in reasons]
