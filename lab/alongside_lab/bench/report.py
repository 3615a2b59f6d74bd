"""Formats the results of a benchmark: as one JSON object, and as a few lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alongside_lab.bench.summary_statistics import percentile, ratio
from alongside_lab.bench.whole.finding_benchmark import FindingResult
from alongside_lab.bench.whole.import_benchmark import ImportResult
from alongside_lab.bench.whole.network_benchmark import NetworkResult, SustainedLoad


def end_to_end(traced: NetworkResult, sampled: NetworkResult | None) -> dict[str, Any]:
    """Return the summary's `end_to_end`: all traces sampled, and one in a hundred."""
    return network_figures(traced) | {"sampled": network_figures(sampled) if sampled else None}


def network_figures(whole: NetworkResult) -> dict[str, Any]:
    """Return rate, latency at half of that rate, and cost at the first point of growth."""
    first, millis = whole.growth[0], [seconds * 1000 for seconds in whole.latencies]
    return {
        "referrals_per_s": round(first.rates.median, 1),
        "p50_ms": round(percentile(millis, 0.50)),
        "p95_ms": round(percentile(millis, 0.95)),
        "p99_ms": round(percentile(millis, 0.99)),
        "latency_at_per_s": round(whole.latency_rate, 1),
        "latencies": len(millis),
        "spread": first.rates.as_json(),
        "cpu_us_per_referral": first.cpu.us_per_item(first.notified),
        "memory_mib": first.memory,
        "outbox": first.outbox,
        "waitlisted": whole.waitlisted,
        "broker": whole.broker,
    }


def growth(points: Sequence[SustainedLoad]) -> list[dict[str, Any]]:
    """Return the summary's `growth`; `rss_mib` is the sum of the services."""
    return [
        {
            "open_referrals": point.open_referrals,
            "rate": round(point.rates.median, 1),
            "rss_mib": point.services_rss_mib,
            "spread": point.rates.as_json(),
            "memory_mib": point.memory,
            "cpu_us_per_referral": point.cpu.us_per_item(point.notified),
        }
        for point in points
    ]


def beside_import(result: ImportResult) -> dict[str, Any]:
    """Return the summary's `import`: latencies from submission to proposal, alone and beside an import, and their ratio."""
    alone, beside = _latencies(result.alone), _latencies(result.beside)
    return {
        "listings": result.listings,
        "import_s": round(result.import_seconds, 1),
        "offers_s": round(result.offers_seconds, 1),
        "referrals_per_s": result.referrals_per_second,
        "alone": alone,
        "beside": beside,
        "p99_ratio": ratio(beside["p99_ms"], alone["p99_ms"]),
        "broker": result.broker,
    }


def finding(result: FindingResult) -> dict[str, Any]:
    """Return the summary's `finding`: how long the directory took to answer, in milliseconds, and the p99 of each kind of question."""
    answers = [seconds for kind in result.seconds.values() for seconds in kind]
    by_question = {name: _milliseconds(percentile(kind, 0.99)) for name, kind in result.seconds.items()}
    return {
        "listings": result.listings,
        "answers": len(answers),
        **{f"p{share}_ms": _milliseconds(percentile(answers, share / 100)) for share in (50, 95, 99)},
        "p99_ms_by_question": by_question,
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _latencies(seconds: Sequence[float]) -> dict[str, int]:
    shares = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99}
    millis = {name: round(percentile(seconds, share) * 1000) for name, share in shares.items()}
    return millis | {"latencies": len(seconds)}


def format_summary(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the most important figures as lines of text."""
    if hop := summary.get("hop"):
        yield f"hop: {_per_s(hop, 'rate_traced')} traced, {_per_s(hop, 'rate_sampled')} sampled"
        yield f"     {_per_s(hop, 'bare_limit_rate')} bare limit, {_per_s(hop, 'tutorial_rate')} tutorial"
    for name, part in _compared_parts(summary):
        services = _interval(part["services_alone"])
        yield f"{name}: not below 0.97: {part['not_below_0_97']} ({part['turns']} runs of each)"
        yield f"     old by new {_interval(part)}; without PostgreSQL {services}"
    for name, figures in _networks(summary):
        latency = f"p50 {figures['p50_ms']} ms, p95 {figures['p95_ms']} ms, p99 {figures['p99_ms']} ms"
        yield f"whole, {name}: {_per_s(figures, 'referrals_per_s')}; at half load {latency}"
    for point in summary.get("growth", ()):
        yield f"{point['open_referrals']:>7,} open: {_per_s(point, 'rate')}, services {point['rss_mib']:.0f} MiB"
    if imported := summary.get("import"):
        seconds = f"done in {imported['import_s']} s, offers in {imported['offers_s']} s"
        yield f"import of {imported['listings']:,} listings: {seconds}"
        p99 = f"p99 {imported['alone']['p99_ms']} ms alone, {imported['beside']['p99_ms']} ms beside it"
        yield f"     submission to proposal: {p99} ({imported['p99_ratio']} times)"
    if found := summary.get("finding"):
        slowest = max(found["p99_ms_by_question"].items(), key=lambda it: it[1])
        waited = f"p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms, p99 {found['p99_ms']} ms"
        yield f"finding in {found['listings']:,} listings: {waited}; the slowest: {slowest[0]}, p99 {slowest[1]} ms"


def _networks(summary: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if figures := summary.get("end_to_end"):
        yield "traced", figures
        if figures["sampled"]:
            yield "sampled", figures["sampled"]


def _compared_parts(summary: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the parts of a comparison."""
    for name, part in summary.get("against", {}).items():
        if isinstance(part, Mapping):
            yield name, part


def _interval(ratio: Mapping[str, float]) -> str:
    return f"{ratio['ratio']:.3f} ({ratio['low']:.3f} to {ratio['high']:.3f})"


def _per_s(figures: Mapping[str, Any], name: str) -> str:
    return "not measured" if figures[name] is None else f"{figures[name]:,.0f}/s"
