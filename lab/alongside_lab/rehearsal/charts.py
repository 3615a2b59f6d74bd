"""What the match engine's rehearsal found, drawn for people: tables of figures and bars."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

_BAR: Final = 24
_COLOURS: Final = {"together": "green", "greedy": "yellow", "random": "red"}
_LEVELS: Final = " ▁▂▃▄▅▆▇█"


def draw_speed(console: Console, summary: Mapping[str, Any]) -> None:
    """The benchmark: ours first, then the peers, then how a window was shared out."""
    one, assignment = summary["one"], summary["assignment"]
    table = _table("one referral, ms", "p50", "p99", "worst", "cpu p50", "cpu p99")
    rows = {f"engine, {one['offers']:,} offers": one} | one["peers"]
    rows[f"engine, {summary['million']['offers']:,} offers"] = summary["million"]
    for name, figures in rows.items():
        table.add_row(
            name,
            *(f"{figures[key]:,.2f}" for key in ("p50_ms", "p99_ms", "max_ms", "cpu_p50_ms", "cpu_p99_ms")),
        )
    console.print(table)
    console.print(
        f"{summary['million']['regions']} regions in one process: {summary['million']['rss_mib']:,.0f} MiB\n"
    )
    table = _table("one window", "together", "greedy")
    for key in ("waiting", "gini", "max_load", "mean_score"):
        table.add_row(key, str(assignment[key]), str(assignment[f"{key}_greedy"]))
    console.print(table)
    console.print(
        f"{assignment['arrivals']:,} arrivals × {assignment['offers']:,} offers: assigned in {assignment['seconds']} s "
        f"after {assignment['search_seconds']} s of searching; at most {assignment['cost_ratio']} × the exact cost"
    )


def draw_year(console: Console, told: Mapping[str, Any]) -> None:
    """The simulated year, one way beside another."""
    ways = told["ways"]
    _figures(console, told["days"], ways)
    _bars(console, "days from asking to a yes", {way: ways[way]["wait_histogram"] for way in ways})
    loads = {way: dict(zip(_tenths(), ways[way]["load_histogram"], strict=True)) for way in ways}
    _bars(console, "supporters by the mean share of their places in use", loads)
    console.print("\n[bold]people who wait, week by week[/]")
    most = max(max(ways[way]["waiting_by_week"]) for way in ways) or 1
    for way, found in ways.items():
        console.print(
            f"  {way:<9} [{_COLOURS[way]}]{_line(found['waiting_by_week'], most)}[/] at most {max(found['waiting_by_week']):.0f}"
        )


def _figures(console: Console, days: int, ways: Mapping[str, Any]) -> None:
    table = _table(f"{days} days", *ways)
    rows: dict[str, Any] = {
        "matched": lambda way: f"{way['happened'].get('matched', 0):,}",
        "declined or not answered": lambda way: (
            f"{way['happened'].get('declined', 0) + way['happened'].get('lapsed', 0):,}"
        ),
        "broken early": lambda way: f"{way['happened'].get('broken', 0):,}",
        "supporters burned out": lambda way: f"{way['happened'].get('burned-out', 0):,}",
        "days waited: mean, p99": lambda way: (
            f"{way['wait_days']['mean']:.2f}, {way['wait_days']['p99']:.0f}"
        ),
        "fit: mean, worst tenth": lambda way: f"{way['fit_mean']:.3f}, {way['fit_p10']:.3f}",
        "load: Gini": lambda way: f"{way['load_gini']:.3f}",
        "supporter days near full": lambda way: f"{way['days_at_strain_share']:.1%}",
        "waiting at the end": lambda way: str(way["waiting_at_the_end"]),
    }
    for name, figure in rows.items():
        table.add_row(name, *(figure(way) for way in ways.values()))
    console.print(table)


def _bars(console: Console, title: str, ways: Mapping[str, Mapping[str, int]]) -> None:
    """The same bins for every way, side by side; a bar is a share of everyone counted."""
    console.print(f"\n[bold]{title}[/]")
    table = Table(box=None, padding=(0, 1), show_header=True)
    table.add_column("", justify="right")
    for way in ways:
        table.add_column(way, style=_COLOURS[way], width=_BAR + 6)
    largest = max(max(bins.values()) / (sum(bins.values()) or 1) for bins in ways.values()) or 1
    for name in next(iter(ways.values())):
        table.add_row(
            name, *(_bar(bins[name] / (sum(bins.values()) or 1), largest) for bins in ways.values())
        )
    console.print(table)


def _bar(share: float, largest: float) -> str:
    return f"{'█' * round(_BAR * share / largest)} {share:.0%}"


def _line(values: Sequence[float], most: float) -> str:
    return "".join(
        _LEVELS[min(len(_LEVELS) - 1, round(value / most * (len(_LEVELS) - 1)))] for value in values
    )


def _tenths() -> Iterable[str]:
    return (f"{tenth * 10} to {tenth * 10 + 10} %" for tenth in range(10))


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2))
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    return table
