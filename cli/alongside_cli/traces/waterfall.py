"""A referral's traces as a waterfall for the terminal: pure, from spans to one rich Text.

    service   span                        length
    intake    decide submission          12.3 ms  ▐██
    matching  └ propose                  8.04 ms     ▐█▌

The earliest trace comes first; traces of later human steps follow as separate sections, with the elapsed time.
Colour only repeats what the words say, so nothing is lost without it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from alongside_cli.traces import tree
from alongside_cli.traces.durations import duration, gap, moment
from alongside_cli.traces.model import Span, SpanStatus
from alongside_contracts.services import NETWORK

WIDTH_MIN, BARS_WIDTH_MIN = 40, 12
ROWS_PER_TRACE_MAX = 300
INDENTS_MAX = 12  # deeper spans are drawn at this depth
UNDRAWN_LINKS_MAX = 10
MESSAGE_LENGTH_MAX = 200
LENGTH_WIDTH = 8  # `12.3 ms` and a space
NO_BREAK = "\N{NO-BREAK SPACE}"
SPACES = 5  # two after the service, one and a mark after the name, one before the bars

SERVICE_STYLES = {service.name: service.colour for service in NETWORK}
PARTNER_STYLE, OTHER_STYLE = "blue", "white"


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters of the drawing; ASCII is the set for terminals without Unicode."""

    full: str = "█"
    left_half: str = "▌"
    right_half: str = "▐"
    child: str = "└ "
    rule: str = "─"
    arrow: str = "→"
    dot: str = "·"
    error: str = "✗"
    orphan: str = "?"
    more: str = "…"
    micro: str = "µ"


ASCII = Glyphs("#", "#", "#", "- ", "-", "->", "-", "!", "?", "...", "u")


@dataclass(frozen=True, slots=True)
class Layout:
    """Widths in cells; `bars` is 0 where the terminal is too narrow for a time axis."""

    service: int
    name: int
    bars: int


def waterfall(spans: Iterable[Span], *, width: int = 100, ascii_only: bool = False) -> Text:
    """Draw the spans of one or more traces; `width` in cells, at least WIDTH_MIN. Without spans the text is empty."""
    width = max(width, WIDTH_MIN)
    glyphs = ASCII if ascii_only else Glyphs()
    grouped_traces = tree.traces(_sanitize(span, ascii_only=ascii_only) for span in spans)
    layout = _layout(grouped_traces, width)
    lines: list[Text] = []
    for number, trace in enumerate(grouped_traces):
        lines.extend(_heading(trace, grouped_traces[:number], glyphs, width))
        lines.extend(_draw_trace(trace, layout, glyphs))
    lines.extend(_footer(grouped_traces, glyphs, width))
    return Text("\n").join(lines)


def _layout(grouped_traces: Sequence[Sequence[Span]], width: int) -> Layout:
    branches = [branch for trace in grouped_traces for branch in tree.branches(trace)]
    service_longest = max((cell_len(branch.span.service) for branch in branches), default=0)
    name_longest = max((cell_len(b.span.name) + 2 * b.depth for b in branches), default=0)
    service = min(max(service_longest, 7), 20)
    rest = width - service - LENGTH_WIDTH - SPACES
    name = min(max(name_longest, 8), rest * 3 // 5)
    if rest - name < BARS_WIDTH_MIN:
        return Layout(service=service, name=rest, bars=0)
    return Layout(service=service, name=name, bars=rest - name)


def _heading(
    trace: Sequence[Span], earlier: Sequence[Sequence[Span]], glyphs: Glyphs, width: int
) -> Iterator[Text]:
    start, end = _time_range(trace)
    services = len({span.service for span in trace})
    if earlier:
        elapsed = _elapsed(start - max(_time_range(previous)[1] for previous in earlier))
        title = f" {glyphs.dot} ".join([elapsed, *_link_label(trace, earlier)])
        yield Text()
        yield Text(_fit(f"{glyphs.rule * 2} {title} ".ljust(width, glyphs.rule), width, glyphs), style="bold")
    parts = [
        f"trace {trace[0].trace_id}",
        moment(start),
        _replace_micro(duration(end - start), glyphs),
        _count_label(len(trace), "span"),
        _count_label(services, "service"),
    ]
    yield Text(_fit(f" {glyphs.dot} ".join(parts), width, glyphs), style="bold")


def _count_label(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _elapsed(pause_ns: int) -> str:
    return f"{gap(pause_ns)} later" if pause_ns >= 0 else "meanwhile"


def _link_label(trace: Sequence[Span], earlier: Sequence[Sequence[Span]]) -> Iterator[str]:
    """Yield the label of the earlier span that this trace links to, if any."""
    earlier_spans = {(span.trace_id, span.span_id): span for previous in earlier for span in previous}
    origins = [earlier_spans.get((link.trace_id, link.span_id)) for span in trace for link in span.links]
    for origin in [origin for origin in origins if origin is not None][:1]:
        yield f"follows {origin.service}: {origin.name}"


def _draw_trace(trace: Sequence[Span], layout: Layout, glyphs: Glyphs) -> Iterator[Text]:
    start, end = _time_range(trace)
    yield _axis(end - start, layout, glyphs)
    branches = tree.branches(trace)
    for branch in branches[:ROWS_PER_TRACE_MAX]:
        yield _row(branch, start, end, layout, glyphs)
        if branch.span.status is SpanStatus.ERROR and branch.span.status_message:
            yield _message(branch.span, layout, glyphs)
    if len(branches) > ROWS_PER_TRACE_MAX:
        yield Text(
            f"{glyphs.more} {_count_label(len(branches) - ROWS_PER_TRACE_MAX, 'more span')}", style="dim"
        )


def _axis(length_ns: int, layout: Layout, glyphs: Glyphs) -> Text:
    """Return the axis line: 0, the middle where there is room, and the end, above the bars."""
    line = f"{'service':<{layout.service}}  {'span':<{layout.name}}  {'length':>{LENGTH_WIDTH}} "
    if layout.bars:
        middle = duration(length_ns // 2) if layout.bars >= 30 else ""
        half = layout.bars // 2
        line += f"0{middle:>{half - 1}}" + duration(length_ns).rjust(layout.bars - 1 - half)
    return Text(_replace_micro(line, glyphs).rstrip(), style="dim")


def _row(branch: tree.Branch, start: int, end: int, layout: Layout, glyphs: Glyphs) -> Text:
    span, style = branch.span, _style(branch.span.service)
    is_error = span.status is SpanStatus.ERROR
    row = Text(no_wrap=True)
    row.append(_fit(span.service, layout.service, glyphs, pad=True) + "  ", style=style)
    label = _fit(_label(branch, glyphs), layout.name, glyphs, pad=True)
    sign = glyphs.error if is_error else glyphs.orphan if branch.orphan else " "
    row.append(f"{label} {sign}", style="bold red" if is_error else "")
    row.append(_replace_micro(duration(span.duration_ns), glyphs).rjust(LENGTH_WIDTH) + " ")
    row.append(_bar(span, start, end, layout.bars, glyphs), style="red" if is_error else style)
    row.rstrip()
    return row


def _label(branch: tree.Branch, glyphs: Glyphs) -> str:
    indent = "  " * (min(branch.depth, INDENTS_MAX) - 1) + glyphs.child if branch.depth else ""
    return indent + branch.span.name


def _message(span: Span, layout: Layout, glyphs: Glyphs) -> Text:
    blank = " " * (layout.service + 2)
    message_width = layout.name + LENGTH_WIDTH + layout.bars
    return Text(blank + _fit(span.status_message, message_width, glyphs), style="red")


def _bar(span: Span, start: int, end: int, width: int, glyphs: Glyphs) -> str:
    """Draw a bar in half cells: at most half a cell off, and never invisible."""
    halves, length = 2 * width, max(1, end - start)
    first = min((span.start_ns - start) * halves // length, halves - 1)
    last = max(first + 1, -(-(span.start_ns + span.duration_ns - start) * halves // length))
    signs = {(True, True): glyphs.full, (True, False): glyphs.left_half, (False, True): glyphs.right_half}
    filled = [first <= half < last for half in range(halves)]
    return "".join(signs.get((filled[cell], filled[cell + 1]), " ") for cell in range(0, halves, 2))


def _footer(grouped_traces: Sequence[Sequence[Span]], glyphs: Glyphs, width: int) -> Iterator[Text]:
    """Yield the calls between services, a legend for orphans, and links to traces that are not drawn."""
    if steps := _steps(grouped_traces, glyphs):
        yield Text()
        yield from _wrap(f"Direct steps: {', '.join(steps)}", width)
    if any(branch.orphan for trace in grouped_traces for branch in tree.branches(trace)):
        yield from _wrap(
            f"{glyphs.orphan} its parent is not in the store: not arrived yet, or from another system", width
        )
    yield from (
        Text(_fit(line, width, glyphs), style="dim") for line in _undrawn_links(grouped_traces, glyphs)
    )


def _steps(grouped_traces: Sequence[Sequence[Span]], glyphs: Glyphs) -> list[str]:
    """Return the calls between services, in the order in which the services first appear."""
    first_seen = list(dict.fromkeys(span.service for trace in grouped_traces for span in trace))
    steps = {step for trace in grouped_traces for step in tree.edges(trace)}
    ordered = sorted(steps, key=lambda step: [first_seen.index(service) for service in step])
    return [f"{parent}{NO_BREAK}{glyphs.arrow}{NO_BREAK}{child}" for parent, child in ordered]


def _wrap(text: str, width: int) -> Iterator[Text]:
    return (Text(line.replace(NO_BREAK, " ")) for line in wrap(text, width, subsequent_indent="  "))


def _undrawn_links(grouped_traces: Sequence[Sequence[Span]], glyphs: Glyphs) -> list[str]:
    drawn = {trace[0].trace_id for trace in grouped_traces}
    links = {
        link.trace_id: f"{span.service}: {span.name}"
        for trace in grouped_traces
        for span in trace
        for link in span.links
        if link.trace_id not in drawn
    }
    lines = [
        f"Also linked: trace {trace_id} {glyphs.dot} from {origin}" for trace_id, origin in links.items()
    ]
    hidden = len(lines) - UNDRAWN_LINKS_MAX
    return lines[:UNDRAWN_LINKS_MAX] + ([f"{glyphs.more} and {hidden} more"] if hidden > 0 else [])


def _time_range(trace: Sequence[Span]) -> tuple[int, int]:
    return min(span.start_ns for span in trace), max(span.start_ns + span.duration_ns for span in trace)


def _style(service: str) -> str:
    return PARTNER_STYLE if service.startswith("partner.") else SERVICE_STYLES.get(service, OTHER_STYLE)


def _fit(text: str, width: int, glyphs: Glyphs, *, pad: bool = False) -> str:
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - len(glyphs.more))) + glyphs.more
    return set_cell_size(text, width) if pad else text


def _replace_micro(text: str, glyphs: Glyphs) -> str:
    return text.replace("µ", glyphs.micro)


def _sanitize(span: Span, *, ascii_only: bool) -> Span:
    """Replace control characters in the span's texts: a span's name must not control the terminal."""
    name, service, message = (
        _printable(text, ascii_only=ascii_only) for text in (span.name, span.service, span.status_message)
    )
    return replace(span, name=name, service=service, status_message=message[:MESSAGE_LENGTH_MAX])


def _printable(text: str, *, ascii_only: bool) -> str:
    printable = "".join(sign if sign.isprintable() else "?" for sign in text)
    return printable.encode("ascii", errors="replace").decode("ascii") if ascii_only else printable
