"""The functions on strings, which count code points."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("size('ÿ😀')", 2),
        ("size(b'\\xff\\xff')", 2),
        ("'abc'.size()", 3),
        ("'abc'.contains('')", True),
        ("'tacocat'.charAt(3)", "o"),
        ("'tacocat'.charAt(7)", ""),
        ("'a😀b'.indexOf('b')", 2),
        ("'hello mellow'.indexOf('ello', 2)", 7),
        ("'hello mellow'.lastIndexOf('ello')", 7),
        ("'hello mellow'.lastIndexOf('ello', 6)", 1),
        ("'İSTANBUL'.lowerAscii()", "İstanbul"),
        ("'straße'.upperAscii()", "STRAßE"),
        ("'hello hello'.replace('he', 'we')", "wello wello"),
        ("'hello hello'.replace('he', 'we', 1)", "wello hello"),
        ("'hello hello'.replace('he', 'we', 0)", "hello hello"),
        ("'ab'.replace('', '_')", "_a_b_"),
        ("'a,b,c'.split(',')", ["a", "b", "c"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("'a,b,c'.split(',', 0)", []),
        ("'abc'.split('')", ["a", "b", "c"]),
        ("'abc'.split('', 2)", ["a", "bc"]),
        ("''.split('')", []),
        ("'tacocat'.substring(4)", "cat"),
        ("'tacocat'.substring(0, 4)", "taco"),
        ("' \\t\\u3000x\\u200b '.trim()", "x\u200b"),
        ("'\\x1fx'.trim()", "\x1fx"),
        ("'abc'.reverse()", "cba"),
        ("['a', 'b'].join(', ')", "a, b"),
        ("['a', 'b'].join()", "ab"),
        ("strings.quote('a\"b\\n')", '"a\\"b\\n"'),
        ("base64.encode(b'\\xff')", "/w=="),
        ("base64.decode('/w')", b"\xff"),
        ("base64.decode('/w==')", b"\xff"),
    ],
)
def test_string_functions(text: str, value: Any) -> None:
    """Each function does what cel-go's strings extension documents."""
    result = value_of(text)

    assert result == value


@pytest.mark.parametrize(
    "text",
    [
        "'abc'.charAt(4)",
        "'abc'.charAt(-1)",
        "'abc'.indexOf('a', 4)",
        "'abc'.lastIndexOf('a', -1)",
        "'abc'.substring(2, 1)",
        "'abc'.substring(0, 4)",
        "['a', 1].join()",
        "base64.decode('?')",
        "base64.decode('é')",
        "'a'.startsWith(1)",
        "size(1)",
        "1.matches('a')",
        "'a'.matches(1)",
    ],
)
def test_wrong_positions_and_types_are_errors(text: str) -> None:
    """No function guesses: what is out of range or of another type is an error."""
    failure_of(text)


@pytest.mark.parametrize("text", ["x.replace('a', x)", "x.split('').join(x)"])
def test_a_result_cannot_explode(text: str) -> None:
    """The size of a result is checked before it is built."""
    error = failure_of(text, x="a" * 100_000)

    assert error.reason == "a value of more than 16777216 elements"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'banana'.matches('^ba(na)+$')", True),
        ("'banana'.matches('NA')", False),
        ("'banana'.matches('(?i)NA')", True),
        ("matches('abc', 'b')", True),
        ("'é'.matches('^.$')", True),
        (r"'x1'.matches(r'\d')", True),
        ("'a'.matches(x)", True),
    ],
)
def test_matches_finds_re2_patterns_anywhere(text: str, value: Any) -> None:
    """A pattern is RE2's, and need not match the whole text."""
    result = value_of(text, x="[abc]")

    assert result is value


def test_a_pattern_from_the_data_may_be_invalid() -> None:
    """A pattern that is only known at run time is an evaluation error if it is invalid."""
    error = failure_of("'a'.matches(x)", x="a(?=b)")

    assert error.reason.startswith("invalid regular expression: ")


@pytest.mark.parametrize("text", ["x.matches('a')", "'a'.matches(x)", "bytes(x) == b''"])
def test_a_lone_surrogate_is_no_text(text: str) -> None:
    """A host's JSON can smuggle half a character in; it is an error where bytes are needed."""
    error = failure_of(text, x="\ud800")

    assert error.reason == "invalid Unicode: a lone surrogate"


def test_a_pattern_cannot_hang_the_process() -> None:
    """The pattern on which backtracking takes ages takes time linear in the text."""
    started = time.process_time()

    found = value_of("x.matches('^(a+)+$')", x="a" * 50_000 + "!")

    assert found is False
    assert time.process_time() - started < 5
