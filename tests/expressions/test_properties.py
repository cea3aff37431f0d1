"""What holds for every text and every value."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.expressions.test_compiler import careful_of
from tiktoktoe_cli.expressions import EvaluationError, ExpressionError, UInt, compile_expression, to_json

WORDS = (
    *(
        "a",
        "b",
        "x",
        "a.b",
        "type",
        "has(a.b)",
        "true",
        "false",
        "null",
        "0",
        "1",
        "2u",
        "1.5",
        "-1",
        "'s'",
        "b'x'",
        "[]",
        "{}",
    ),
    *(
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "&&",
        "||",
        "!",
        "?",
        ":",
        ".",
        ",",
        "(",
        ")",
        "[",
        "]",
    ),
    *(
        "{",
        "}",
        ".size()",
        ".map(x, x)",
        ".all(x, x > 1)",
        ".exists(i, x, i == x)",
        "int(",
        "string(",
        "[1, 2]",
        "{'b': 1}",
    ),
    *(
        "duration('1s')",
        "timestamp(0)",
        ".matches('a')",
        ".getHours()",
        "'%s'.format([",
        "])",
        "math.abs(",
        "`",
        "'",
        '"""',
        "\\",
    ),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(2**64), 2**65),
    st.integers(0, 3).map(UInt),
    st.floats(),
    st.sampled_from(["", "a", "b"]),
    st.binary(max_size=2),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=5,
)
BINDINGS = st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES})

LEAVES = st.sampled_from(
    [
        "a",
        "b",
        "a.b",
        "b.a",
        "a['b']",
        "a[0]",
        "b[1]",
        "has(a.b)",
        "true",
        "0",
        "1",
        "2",
        "100",
        "1u",
        "1.0",
        "2.5",
        "'a'",
        "null",
        "[a, b]",
    ]
)


def _combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"])
    templates = st.sampled_from(
        ["!({})", "-({})", "({}) ? a : b", "type({})", "size({})", "[{}, 1].all(x, x == a)", "[{}].exists(x, x.b > 1)",
         "({}).map(x, x)", "({}) in ['a', 'b']", "({}) == 'a'", "({}) > 1.5", "0 < ({})", "({}) == true", "({}).b"]
    )  # fmt: skip
    joined = st.tuples(inner, operators, inner).map(lambda parts: "({}) {} ({})".format(*parts))
    return joined | st.tuples(templates, inner).map(lambda parts: parts[0].format(parts[1]))


EXPRESSIONS = st.recursive(LEAVES, _combined, max_leaves=6)


def _ends(text: str, bindings: dict[str, Any]) -> None:
    """Compile and evaluate; only the two errors of the room may come out."""
    try:
        to_json(compile_expression(text)(bindings))
    except EvaluationError:
        return
    except ExpressionError as error:
        place = range(error.offset, error.offset + error.length)
    else:
        return
    assert 0 <= place.start <= place.stop <= len(text)


@given(st.text(max_size=60))
@settings(deadline=2000)
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    """No text makes anything but a value or one of the two errors, in bounded time."""
    _ends(text, {})


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), BINDINGS)
@settings(deadline=2000, max_examples=400)
def test_any_words_of_the_language_are_an_expression_or_an_error(text: str, bindings: dict[str, Any]) -> None:
    """Words in any order, over any data, make a value or one of the two errors."""
    _ends(text, bindings)


@given(EXPRESSIONS, BINDINGS)
@settings(deadline=2000, max_examples=600)
def test_the_fast_path_always_agrees_with_the_careful_one(text: str, bindings: dict[str, Any]) -> None:
    """Whatever the expression and the data, the fast function ends as the careful one does."""
    expression = compile_expression(text)

    assert _outcome(expression.evaluate, bindings) == _outcome(careful_of(expression), bindings)


def _outcome(function: Any, bindings: dict[str, Any]) -> tuple[object, ...]:
    try:
        value = function(bindings)
    except EvaluationError as error:
        return ("error", error.reason, error.missing)
    return (type(value), repr(value))


INT64 = range(-(2**63), 2**63)


def _reference(tree: Any) -> int | None:
    """Compute a tree of (operator, left, right) over ints by the definition's rules; None is an error."""
    if isinstance(tree, int):
        return tree
    operator, left_tree, right_tree = tree
    left, right = _reference(left_tree), _reference(right_tree)
    if left is None or right is None or (operator in "/%" and right == 0):
        return None
    quotient = 0 if right == 0 else abs(left) // abs(right) * (1 if left * right >= 0 else -1)
    result = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "/": quotient,
        "%": left - quotient * right,
    }[operator]
    return result if result in INT64 else None


def _written(tree: Any) -> str:
    if isinstance(tree, int):
        return f"({tree})"
    operator, left, right = tree
    return f"({_written(left)} {operator} {_written(right)})"


INTS = st.integers(-20, 20) | st.integers(-(2**63), 2**63 - 1)


@given(st.recursive(INTS, lambda inner: st.tuples(st.sampled_from("+-*/%"), inner, inner), max_leaves=8))
def test_integer_arithmetic_agrees_with_the_definition(tree: Any) -> None:
    """Any tree of integer operations has the value of unbounded arithmetic, or an error where that overflows."""
    expected = _reference(tree)

    try:
        value = compile_expression(_written(tree))({})
    except EvaluationError:
        value = None

    assert value == expected


@given(st.text(max_size=20))
def test_any_string_survives_its_literal(content: str) -> None:
    """A string written with escapes has the same characters when it is read."""
    literal = "'" + "".join(f"\\U{ord(character):08x}" for character in content) + "'"

    assert compile_expression(literal)({}) == content


@given(st.text(max_size=20).filter(lambda text: "\x00" not in text))
def test_a_quoted_string_is_a_literal_of_itself(content: str) -> None:
    """What `strings.quote` writes can be read again."""
    quoted = compile_expression("strings.quote(x)")({"x": content})

    assert compile_expression(quoted)({}) == content


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_duration_survives_its_text(ns: int) -> None:
    """A duration that is written and read again is the same to the nanosecond."""
    result = compile_expression("duration(string(duration(x))) == duration(x)")({"x": f"{ns}ns"})

    assert result is True


@given(st.integers(-62_135_596_800 * 10**9, 253_402_300_800 * 10**9 - 1))
def test_a_timestamp_survives_its_text(ns: int) -> None:
    """A timestamp that is written and read again is the same to the nanosecond."""
    seconds, rest = divmod(ns, 10**9)

    result = compile_expression("timestamp(string(t)) == t")
    bindings = {"t": compile_expression("timestamp(s) + duration(n)")({"s": seconds, "n": f"{rest}ns"})}

    assert result(bindings) is True
    assert bindings["t"].ns == ns
