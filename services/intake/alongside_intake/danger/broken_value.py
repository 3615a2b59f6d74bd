"""Reads a value as people and scripts write it when they do not write JSON: in one pass, without an error.

It meets quotes of any kind or none, comments, words of Python and JavaScript, lists of YAML, brackets that are never closed.
Each expression here takes linear time: what repeats is possessive or has a limit.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final


class Pairs(list[tuple[str, Any]]):
    """An object with all its pairs, also those that repeat a key. In broken text also a list: its items have an empty key."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it ends. `cut`: the text ended in it."""

    value: Any
    end: int
    cut: bool = False


@dataclass(slots=True)
class _Bracket:
    """An open bracket. `said` was read last, and may turn out to be a key."""

    closer: str
    items: Pairs = field(default_factory=Pairs)
    key: str = ""
    said: Any = None

    def end_item(self) -> None:
        """Keep what was read last, under its key if it has one; an item may be empty."""
        self.items.append((self.key, self.said))
        self.key, self.said = "", None

    def say(self, value: Any) -> None:
        """Take what was read now; what was read before it, without a comma between, is an item."""
        if self.said is not None:
            self.end_item()
        self.said = value

    def name(self) -> None:
        """Make what was read last the key of what comes next."""
        self.key, self.said = self.said if isinstance(self.said, str) else "", None


QUOTES: Final = "\"'`\u201c\u201d\u201e\u00ab\u00bb"
CLOSERS: Final = {"[": "]", "{": "}"}
_WORDS: Final = {"true": True, "false": False, "null": None, "none": None, "undefined": None, "nan": None}
"""Words without quotes that are no texts."""
_END_OF_QUOTE: Final = {quote: re.compile("[\u201c\u201d\u00ab\u00bb]") for quote in QUOTES} | {
    '"': re.compile(r'(?<!\\)"'),
    "'": re.compile(r"(?<!\\)'(?![^\W_])"),  # before a letter it is an apostrophe: 'n'a plus'
    "`": re.compile(r"(?<!\\)[`']"),
}
_END_OF_ESCAPED_QUOTE: Final = re.compile(r"(?<!\\)\\++(?:\"|'(?![^\W_]))")
_COMMENT: Final = r"//[^\n]{0,500}\n|\#[^\n]{0,500}\n|/\*(?:[^*]|\*(?!/)){0,500}\*/"
_SPACE: Final = re.compile(rf"(?:\s++|\\++[nrt](?=[\s\\\"'\[\]{{}}])|{_COMMENT})*+")
_BACKSLASHES: Final = re.compile(rf"\\++(?=[\[{{{QUOTES}])")
_NEXT_KEY: Final = re.compile(r"\w[\w.-]{0,99}[ \t]{0,9}[:=]")
_DASHED_LINES: Final = re.compile(r"(?:\s*+-[ \t]++[^\n]*+)++")
_END_OF_BARE: Final = re.compile(
    rf"[&\n\]}}]|[,;](?=\s{{0,99}}(?:[{QUOTES}\\\[\]{{}}]|//|/\*|\w[\w.-]{{0,99}}\s?[:=]|\Z))|\s(?=//|/\*|\#|[\w.]{{1,99}}=)"
)
_END_OF_BARE_ITEM: Final = re.compile(rf"[,;\n\[\]{{}}=]|:(?=[\s\\\[{{{QUOTES}]|\Z)|\s(?=//|/\*|\#)")
_PAIR: Final = re.compile(r"=>|[:=]")


def read_value(text: str, start: int) -> Value:
    """Return the value that begins at `start`."""
    at = _after_space(text, start)
    if at == len(text):
        return Value(None, at, cut=True)
    if at > start and text[at - 1] == "\n" and _NEXT_KEY.match(text, at):
        return Value(None, start)  # in YAML: this key has no value
    if text[at] in CLOSERS:
        return _read_brackets(text, at)
    if text[at] in QUOTES:
        return _read_quoted(text, at)
    if dashed := _DASHED_LINES.match(text, at):
        lines = [line.lstrip("- \t") + "\n" for line in dashed.group().splitlines()]
        return Value([read_value(line, 0).value for line in lines], dashed.end(), dashed.end() == len(text))
    return _read_bare(text, at, _END_OF_BARE)


def _read_brackets(text: str, at: int) -> Value:
    """Read a list or an object to its end, or to the key which shows that it was never closed."""
    opened = [_Bracket(CLOSERS[text[at]])]
    at = _after_space(text, at + 1)
    while at < len(text):
        top, char = opened[-1], text[at]
        if char in CLOSERS:
            opened.append(_Bracket(CLOSERS[char]))
            at += 1
        elif char in "]}":
            at += 1
            if root := _close(opened, char):
                return Value(root.items, at)
        elif char in ",;":
            top.end_item()
            at += 1
        elif pair := _PAIR.match(text, at):
            if top.closer == "]" and top.items:
                return Value(_close_all(opened), at)
            top.name()
            at = pair.end()
        else:
            item = _read_quoted(text, at) if char in QUOTES else _read_bare(text, at, _END_OF_BARE_ITEM)
            top.say(item.value)
            at = item.end
        at = _after_space(text, at)
    return Value(_close_all(opened, cut=True), at, cut=True)


def _close(opened: list[_Bracket], closer: str) -> _Bracket | None:
    """Close brackets up to one with this closer; return the outermost if it was closed, also by a closer of none of them."""
    is_of_one = any(bracket.closer == closer for bracket in reversed(opened))
    while True:
        bracket = opened.pop()
        bracket.end_item()
        if not opened:
            return bracket
        opened[-1].say(bracket.items)
        if is_of_one and bracket.closer == closer:
            return None


def _close_all(opened: list[_Bracket], *, cut: bool = False) -> Pairs:
    """Close all brackets where a value has no end, without the text that was read last if that is a key."""
    top = opened[-1]
    if not cut or (top.closer == "}" and top.items and not top.key):
        top.said = None
    while True:
        bracket = opened.pop()
        bracket.end_item()
        if not opened:
            return bracket.items
        opened[-1].say(bracket.items)


def _read_quoted(text: str, at: int) -> Value:
    is_escaped = text[at] in "\"'" and text[at - 1 : at] == "\\"
    end = (_END_OF_ESCAPED_QUOTE if is_escaped else _END_OF_QUOTE[text[at]]).search(text, at + 1)
    if end is None:
        return Value(text[at + 1 :], len(text), cut=True)
    return Value(text[at + 1 : end.start()], end.end())


def _read_bare(text: str, at: int, end_of: re.Pattern[str]) -> Value:
    end = end_of.search(text, at)
    said = text[at : end.start() if end else len(text)].strip().strip(QUOTES)
    if end is None:
        begun = (value for word, value in _WORDS.items() if said and word.startswith(said.lower()))
        return Value(next(begun, said), len(text), cut=True)
    return Value(_WORDS.get(said.lower(), said), end.start())


def _after_space(text: str, at: int) -> int:
    """Return where the next word, quote or bracket is, after space, comments and the backslashes of an escaped quote."""
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    backslashes = _BACKSLASHES.match(text, at)
    return backslashes.end() if backslashes else at
