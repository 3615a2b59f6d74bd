"""Draws the rehearsal's results on a terminal, as tables and bars."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

_BAR: Final = 24
_COLOURS: Final = {"together": "green", "greedy": "yellow", "random": "red"}
_LEVELS: Final = " ▁▂▃▄▅▆▇█"


def draw_speed(console: Console, summary: Mapping[str, Any]) -> None:
    """Draw the benchmark: the engine, the alternatives, and the assignment of one window."""
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


def draw_year(console: Console, year: Mapping[str, Any]) -> None:
    """Draw the simulated year, with all strategies side by side."""
    strategies = year["ways"]
    _figures(console, year["days"], strategies)
    _bars(
        console,
        "days from asking to a yes",
        {strategy: strategies[strategy]["wait_histogram"] for strategy in strategies},
    )
    loads = {
        strategy: dict(zip(_tenths(), strategies[strategy]["load_histogram"], strict=True))
        for strategy in strategies
    }
    _bars(console, "supporters by the mean share of their places in use", loads)
    console.print("\n[bold]people who wait, week by week[/]")
    most = max(max(strategies[strategy]["waiting_by_week"]) for strategy in strategies) or 1
    for strategy, found in strategies.items():
        console.print(
            f"  {strategy:<9} [{_COLOURS[strategy]}]{_line(found['waiting_by_week'], most)}[/] at most {max(found['waiting_by_week']):.0f}"
        )


def _figures(console: Console, days: int, strategies: Mapping[str, Any]) -> None:
    table = _table(f"{days} days", *strategies)
    rows: dict[str, Any] = {
        "matched": lambda strategy: f"{strategy['happened'].get('matched', 0):,}",
        "declined or not answered": lambda strategy: (
            f"{strategy['happened'].get('declined', 0) + strategy['happened'].get('lapsed', 0):,}"
        ),
        "broken early": lambda strategy: f"{strategy['happened'].get('broken', 0):,}",
        "supporters burned out": lambda strategy: f"{strategy['happened'].get('burned-out', 0):,}",
        "days waited: mean, p99": lambda strategy: (
            f"{strategy['wait_days']['mean']:.2f}, {strategy['wait_days']['p99']:.0f}"
        ),
        "fit: mean, worst tenth": lambda strategy: f"{strategy['fit_mean']:.3f}, {strategy['fit_p10']:.3f}",
        "load: Gini": lambda strategy: f"{strategy['load_gini']:.3f}",
        "supporter days near full": lambda strategy: f"{strategy['days_at_strain_share']:.1%}",
        "waiting at the end": lambda strategy: str(strategy["waiting_at_the_end"]),
    }
    for name, figure in rows.items():
        table.add_row(name, *(figure(strategy) for strategy in strategies.values()))
    console.print(table)


def _bars(console: Console, title: str, strategies: Mapping[str, Mapping[str, int]]) -> None:
    """Draw the same bins for every strategy, side by side; a bar is a share of the total."""
    console.print(f"\n[bold]{title}[/]")
    table = Table(box=None, padding=(0, 1), show_header=True)
    table.add_column("", justify="right")
    for strategy in strategies:
        table.add_column(strategy, style=_COLOURS[strategy], width=_BAR + 6)
    largest = max(max(bins.values()) / (sum(bins.values()) or 1) for bins in strategies.values()) or 1
    for name in next(iter(strategies.values())):
        table.add_row(
            name, *(_bar(bins[name] / (sum(bins.values()) or 1), largest) for bins in strategies.values())
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
