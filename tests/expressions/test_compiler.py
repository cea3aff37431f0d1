"""An expression as a whole: its face, its safety, and that its fast path tells no lies."""

from __future__ import annotations

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of
from tiktoktoe_cli.errors import ExitCode, TiktoktoeError, UsageError
from tiktoktoe_cli.expressions import EvaluationError, Expression, ExpressionError, compile_expression

EVENT: dict[str, Any] = {"data": {"amount": 150.5, "tags": ["a"]}, "type": "order.placed", "n": 3, "ok": True}


def test_an_expression_shows_its_text() -> None:
    """The representation is the text, and nothing that changes from run to run."""
    expression = compile_expression("a == 1")

    assert expression.text == "a == 1"
    assert repr(expression) == "Expression(text='a == 1')"
    assert expression == compile_expression("a == 1")
    assert isinstance(expression, Expression)


def test_the_errors_have_their_places_in_the_tree() -> None:
    """A text that cannot be compiled is asked wrongly; an evaluation without a value is a failure."""
    assert issubclass(ExpressionError, UsageError)
    assert issubclass(EvaluationError, TiktoktoeError)
    assert not issubclass(EvaluationError, UsageError)
    assert ExpressionError.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    "text",
    [
        "__class__",
        "x.__class__",
        "x['__class__']",
        "x.`__class__`",
        "__builtins__",
        "__import__",
        "bindings",
        "careful",
        "evaluate",
        "steps",
        "g0",
        "x0",
        "None",
        "lambda",
        "x.lambda",
        "x.__init__.__globals__",
        "[1].map(__class__, __class__.__class__)",
    ],
)
def test_nothing_of_python_can_be_read(text: str) -> None:
    """A name is a key of the data and nothing else: attributes and generated names are out of reach."""
    failure_of(text, x={})


@pytest.mark.parametrize(
    "text",
    [
        "().__class__",
        "__import__('os')",
        "eval('1')",
        "x.__class__()",
        "x.keys()",
        "lambda: 1",
        "[y for y in x]",
        "x if x else x",
        "x := 1",
        "x; y",
        "f'{x}'",
        "@x",
        "*x",
        "exec('1')\n",
        "getattr(x, 'y')",
    ],
)
def test_nothing_of_python_can_be_called(text: str) -> None:
    """Python's syntax, functions and methods are no part of the language."""
    with pytest.raises(ExpressionError):
        compile_expression(text)


def test_names_that_are_keywords_of_python_are_ordinary() -> None:
    """Fields and variables may be called like Python's keywords, or not be identifiers at all."""
    result = value_of(
        "lambda + x.class + x.`not an-identifier/1.0`",
        **{"lambda": 1, "x": {"class": 2, "not an-identifier/1.0": 3}},
    )

    assert result == 6


@pytest.mark.parametrize(
    ("text", "bindings"),
    [
        ("n > 2", {"n": True}),
        ("n > 2.0", {"n": True}),
        ("2 < n", {"n": False}),
        ("n == 1", {"n": True}),
        ("n != 0", {"n": False}),
        ("n == true", {"n": 1}),
        ("n == null", {"n": 0}),
        ("n in ['a', 'b']", {"n": []}),
        ("n in ['a', 'b']", {"n": "ab"}),
        ("'a' in n", {"n": "abc"}),
        ("n['a']", {"n": "abc"}),
        ("n[0]", {"n": "abc"}),
        ("n[1]", {"n": {True: "bool"}}),
        ("n[-1]", {"n": [1]}),
        ("has(n.a)", {"n": "abc"}),
        ("n && true", {"n": 1}),
        ("n || false", {"n": "x"}),
        ("!n", {"n": 0}),
        ("n ? 1 : 2", {"n": []}),
        ("n == 9007199254740992.0", {"n": 2**53 + 1}),
        ("n >= 9223372036854775808.0", {"n": 2**63 - 1}),
        ("n < 'b'", {"n": "a"}),
        ("n < 'b'", {"n": 1}),
        ("n.a == 1", {"n": {"a": 1.0}}),
        ("n.a.b", {"n": {"a": None}}),
    ],
)
def test_the_fast_path_agrees_with_the_careful_one(text: str, bindings: dict[str, Any]) -> None:
    """Where Python and CEL differ about a value, the result is CEL's: both paths end the same."""
    expression = compile_expression(text)

    fast, careful = (
        _outcome(function, bindings) for function in (expression.evaluate, careful_of(expression))
    )

    assert fast == careful


def careful_of(expression: Expression) -> Any:
    """Take the careful function out of an expression."""
    function: Any = expression.evaluate  # generated: its globals are those of the expression
    return function.__globals__["careful"]


def _outcome(function: Any, bindings: dict[str, Any]) -> tuple[object, ...]:
    try:
        value = function(bindings)
    except EvaluationError as error:
        return ("error", error.reason, error.missing)
    return (type(value), repr(value))


@pytest.mark.parametrize(
    "text",
    [
        "(!true).a",
        "'a'.a",
        "1['a']",
        "[1]['a']",
        "{}.a",
        "null.a.b",
        "('a' in ['a']).a",
        "(true ? 'a' : 'b').a",
        "true == 1",
        "(true ? 1 : 2) == true",
        "'a' == null",
        "(1)['a']['b']",
    ],
)
def test_python_has_nothing_to_say_about_the_generated_code(text: str) -> None:
    """Python's compiler warns of odd constants; a user never sees such a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        expression = compile_expression(text)

    assert expression.text == text


def test_one_expression_serves_many_threads() -> None:
    """Evaluation keeps no state between or across calls."""
    expression = compile_expression("xs.map(x, x * n).filter(x, x % 2 == 0).size() + n")

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda n: expression({"xs": list(range(100)), "n": n}), range(200)))

    assert results == [sum(x * n % 2 == 0 for x in range(100)) + n for n in range(200)]


def test_deeply_nested_data_is_an_error() -> None:
    """Data nested beyond Python's stack cannot be compared, and says so."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    error = failure_of("x == [x]", x=deep)

    assert error.reason == "the values are nested too deeply"


def test_without_re2_only_patterns_are_refused() -> None:
    """Where google-re2 cannot be installed, everything else works, and the message names the package."""
    program = (
        "import sys; sys.modules['re2'] = None\n"
        "from tiktoktoe_cli.expressions import ExpressionError, compile_expression\n"
        "print(compile_expression('1 + 1')({}))\n"
        "try: compile_expression('a.matches(\"b\")')\n"
        "except ExpressionError as error: print(error.message)"
    )

    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert output.stdout == "2\n`matches` needs RE2: pip install google-re2\n"


def test_importing_the_room_stays_light() -> None:
    """The room loads nothing heavy; RE2 comes with the first pattern."""
    heavy = ("re2", "zoneinfo", "decimal", "asyncio", "pydantic", "yaml", "httpx", "rich", "networkx")
    program = f"import sys, tiktoktoe_cli.expressions; print([m for m in {heavy} if m in sys.modules])"

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert loaded.stdout.strip() == "[]"
