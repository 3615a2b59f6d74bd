"""A danger is read in the longest bodies anyone may send, however they are made: no test here ends when reading is quadratic."""

from collections.abc import Callable

import pytest

from alongside_intake.danger.reading import read_danger
from alongside_intake.danger.tolerant_json import BYTES_READ_MAX

RISKS = frozenset({"danger-to-self", "danger-to-others"})


def filled(with_: bytes, *, begin: bytes = b"", end: bytes = b"") -> bytes:
    """Return a body of the longest length that is read, filled after a risk and its beginning up to its end."""
    begin = b'"risks":["danger-to-self"],\n' + begin
    length = BYTES_READ_MAX - len(begin) - len(end)
    return begin + (with_ * (length // len(with_) + 1))[:length] + end


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(filled(b"risks:"), id="the key again and again"),
        pytest.param(filled(b'"risks":['), id="lists that are never closed"),
        pytest.param(filled(b'"risks":{'), id="objects that are never closed"),
        pytest.param(filled(b'"risks":["a","b":'), id="lists that end as objects"),
        pytest.param(filled(b'"data_base64":"cmlza3M6'), id="base64 that is never closed"),
        pytest.param(filled(b"urgency:[region:[risks:[reference:["), id="keys inside each other"),
        pytest.param(filled(b" ", begin=b"risks"), id="space after the key"),
        pytest.param(filled(b"\\", begin=b'{"risks":["'), id="backslashes"),
        pytest.param(filled("\u0301\u0316".encode(), begin=b'{"risks":["a'), id="accents on one letter"),
        pytest.param(filled("risks\u0301\u0316:".encode()), id="accents on the key"),
        pytest.param(filled(b"// ", begin=b"risks:["), id="comments"),
        pytest.param(filled(b"/* ", begin=b"risks:["), id="comments that are never closed"),
        pytest.param(filled(b"- ", begin=b"risks:\n"), id="dashes"),
        pytest.param(filled(b"[", begin=b'{"risks":'), id="brackets"),
        pytest.param(filled(b"[}", begin=b"risks:"), id="brackets closed by others"),
        pytest.param(filled(b"%ff", begin=b"risks:"), id="escapes of a form"),
        pytest.param(filled(b"\\u0041", begin=b"risks:"), id="escapes of JSON"),
        pytest.param(filled(b".a", begin=b'{"', end=b'":1}'), id="a key that is a long path"),
    ],
)
def test_a_risk_at_the_beginning_of_a_hostile_body_is_read(body: bytes) -> None:
    danger = read_danger(body, RISKS)

    assert danger is not None
    assert "danger-to-self" in danger.risks


@pytest.mark.parametrize("nested", [lambda text: f"[{text}]", lambda text: f'{{"a":{text}}}'])
@pytest.mark.parametrize("levels", [1, 100, 400, 700, 900, 2_000])
def test_a_risk_is_read_however_deep_it_is(nested: Callable[[str], str], levels: int) -> None:
    value = '"danger-to-self"'
    for _ in range(levels):
        value = nested(value)

    danger = read_danger(f'{{"risks":{value}}}'.encode(), RISKS)

    assert danger is not None
    assert danger.risks == {"danger-to-self"}
