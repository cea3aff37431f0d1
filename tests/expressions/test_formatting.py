"""`format` with the clauses of the strings extension."""

from __future__ import annotations

import pytest

from tests.expressions.evaluation import failure_of, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'%s is %d'.format(['x', 5])", "x is 5"),
        ("'100%%'.format([])", "100%"),
        ("'%s'.format([[1, 'a', null, true, 1.0, 2.5, 3u]])", "[1, a, null, true, 1, 2.5, 3]"),
        ("'%s'.format([{'b': 1, 'a': [duration('90s')]}])", "{a: [90s], b: 1}"),
        ("'%s'.format([timestamp('2024-01-02T03:04:05Z')])", "2024-01-02T03:04:05Z"),
        ("'%s %s'.format([type(1), b'x'])", "int x"),
        ("'%s'.format([1e21])", "1000000000000000000000"),
        ("'%s %d'.format([0.0 / 0.0, -1.0 / 0.0])", "NaN -Infinity"),
        ("'%.2f %f'.format([3.14159, 1])", "3.14 1.000000"),
        ("'%.0f %.0f'.format([1.5, 2.5])", "2 2"),
        ("'%.1e'.format([1234.5])", "1.2e+03"),
        ("'%x %X %x'.format([-255, 255u, 'hi'])", "-ff FF 6869"),
        ("'%o %b %b'.format([8, 5, true])", "10 101 1"),
    ],
)
def test_clauses_write_values(text: str, value: str) -> None:
    """Each clause writes its value as the extension documents."""
    result = value_of(text)

    assert result == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("'%d'.format(['x'])", "no such overload: format clause `%d` for string"),
        ("'%x'.format([1.5])", "no such overload: format clause `%x` for double"),
        ("'%b'.format(['x'])", "no such overload: format clause `%b` for string"),
        ("'%.2f'.format([null])", "no such overload: format clause `%.2f` for null_type"),
        ("'%s %s'.format(['x'])", "the format has more clauses than arguments"),
        ("'%q'.format([1])", "unknown clause `%q` in a format"),
        ("'50%'.format([])", "unknown clause `%` in a format"),
        ("'%.2s'.format(['x'])", "unknown clause `%.2s` in a format"),
        ("'%.9999f'.format([1.5])", "a precision of more than 1000 in a format"),
    ],
)
def test_a_wrong_clause_is_an_error(text: str, reason: str) -> None:
    """A clause that does not exist, or does not fit its value, is an error."""
    error = failure_of(text)

    assert error.reason == reason


def test_a_format_cannot_explode() -> None:
    """A long argument cannot be repeated until the memory is full."""
    error = failure_of("('%s' + '%s%s%s').format([x, x, x, x])", x="x" * 10_000_000)

    assert error.reason == "a value of more than 16777216 elements"
