"""How operators bind, and what is no sentence of the language."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.expressions.evaluation import refusal_of, value_of
from tiktoktoe_cli.expressions.parser import MAX_DEPTH

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions import ExpressionError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 2", 3),
        ("7 - 2 * 3 % 4", 5),
        ("1 + 1 == 2 && 2 > 1", True),
        ("true || false && false", True),
        ("false ? 1 : true ? 2 : 3", 2),
        ("-2 * -3", 6),
        ("!false && true", True),
        ("!!true", True),
        ("---5", -5),
        ("1 < 2 == true", True),
        ("1 in [1] && !(2 in [1])", True),
        ("[1, 2,]", [1, 2]),
        ("{'a': 1,}.a", 1),
        ("[[1], [2]][1][0]", 2),
        ("-[1, 2][0]", -1),
        ("{'in.dots': 1}.`in.dots`", 1),
        ("{'while': 1}.while", 1),
        ("[1].exists(x, .x == 2)", True),
    ],
)
def test_operators_bind_as_the_grammar_says(text: str, value: Any) -> None:
    """Precedence and associativity are those of the language definition."""
    result = value_of(text, x=2)

    assert result == value


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "found the end of the expression, expected an operand"),
        ("1 +", 3, "found the end of the expression, expected an operand"),
        ("a b", 2, "found `b`, expected the end of the expression"),
        ("(a", 2, "found the end of the expression, expected `)`"),
        ("f(a,)", 4, "found `)`, expected an argument"),
        ("a ? b", 5, "found the end of the expression, expected `:`"),
        ("a.", 2, "found the end of the expression, expected the name of a field"),
        ("a.1", 1, "found `.1`, expected the end of the expression"),
        ("a.true", 2, "found `true`, expected the name of a field"),
        (".true", 1, "found `true`, expected an operand"),
        ("{1}", 2, "found `}`, expected `:`"),
        ("1 && && 2", 5, "found `&&`, expected an operand"),
        ("-!a", 1, "found `!`, expected an operand"),
        ("import", 0, "`import` is a reserved word"),
        ("a.?b", 2, "optional syntax is not supported"),
        ("a[?0]", 2, "optional syntax is not supported"),
        ("{?'a': 1}", 1, "optional syntax is not supported"),
        ("pkg.Message{}", 11, "protocol buffer messages are not supported"),
    ],
)
def test_what_is_no_sentence_is_refused_where_it_goes_wrong(text: str, offset: int, message: str) -> None:
    """A syntax error says what was found, what was expected, and where."""
    error = refusal_of(text)

    assert (error.offset, error.message) == (offset, message)


@pytest.mark.parametrize(
    "nested",
    [
        "(" * 250 + "1" + ")" * 250,
        "[" * 250 + "1" + "]" * 250,
        "{1:" * 250 + "1" + "}" * 250,
        "size(" * 250 + "1" + ")" * 250,
        "a[" * 250 + "0" + "]" * 250,
        "!(" * 250 + "true" + ")" * 250,
        "true ? 1 : " * 250 + "2",
        "a" + ".b" * 250,
        " + ".join("1" * 250),
        "(" * 30_000,
    ],
)
def test_deep_nesting_is_refused(nested: str) -> None:
    """An expression that is nested too deeply is an error with a message, and never a crash."""
    error = refusal_of(nested)

    assert error.message == f"the expression is nested more than {MAX_DEPTH} levels deep"


def test_a_full_stack_is_an_error() -> None:
    """Called where Python's stack is nearly used up, compiling fails in the same orderly way."""

    def descend(levels: int) -> ExpressionError:
        return descend(levels - 1) if levels else refusal_of("(" * 99 + "1" + ")" * 99)

    error = descend(sys.getrecursionlimit() - 300)

    assert "nested" in error.message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 99 + "true" + ")" * 99,
        " && ".join(["true"] * 5000),
        " || ".join(["false"] * 5000 + ["true"]),
        "!" * 10_000 + "true",
        "size([" + ",".join(["1"] * 10_000) + "]) == 10000",
        " + ".join("1" * 99) + " == 99",
        "[1].exists(a, " * 16 + "true" + ")" * 16,
    ],
)
def test_long_expressions_are_welcome(text: str) -> None:
    """What is long without being deep compiles and evaluates."""
    result = value_of(text)

    assert result is True
