"""`tiktoktoe expr eval`: an expression is tried at the prompt."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result


@pytest.mark.parametrize(
    ("expression", "variables", "out", "code"),
    [
        ("1 + 2 * 3", None, "7", 0),
        ("data.amount > 100.0", '{"data": {"amount": 250.0}}', "true", 0),
        ("data.amount > 100.0", '{"data": {"amount": 5.0}}', "false", 1),
        ('"a" + "é"', None, '"aé"', 0),
        ('duration("1500ms")', None, '"1.5s"', 0),
        ("[1, 2].map(x, x * 2)", None, "[2, 4]", 0),
        ("{'a': null}", None, '{"a": null}', 0),
    ],
)
def test_prints_the_value_as_json(
    tiktoktoe: Callable[..., Result], expression: str, variables: str | None, out: str, code: int
) -> None:
    """The value stands alone on standard output; false is a no."""
    result = tiktoktoe("expr", "eval", expression, *(["--vars", variables] if variables else []))

    assert (result.out, result.err, result.code) == (out + "\n", "", code)


def test_an_error_names_the_missing_field(tiktoktoe: Callable[..., Result]) -> None:
    """A missing value is an error, never a pass."""
    result = tiktoktoe("expr", "eval", "data.amount > 1.0", "--vars", '{"data": {}}')

    assert (result.code, result.out) == (1, "")
    assert "amount" in result.err


def test_a_mistake_is_shown_at_its_column(tiktoktoe: Callable[..., Result]) -> None:
    """A syntax error points into the text."""
    result = tiktoktoe("expr", "eval", "1 + ")

    assert result.code == 2
    assert "1 | 1 +" in result.err
    assert "^" in result.err


def test_json_tells_the_type(tiktoktoe: Callable[..., Result]) -> None:
    """With -o json the type and what was read are there for machines."""
    result = tiktoktoe("expr", "eval", "a.b + 1", "--vars", '{"a": {"b": 1}}', "-o", "json")

    item = json.loads(result.out)["items"][0]

    assert (item["type"], item["value"], item["reads"]) == ("int", 2, ["a.b"])


def test_variables_come_from_a_file(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """`@FILE` reads the variables from a file."""
    result = tiktoktoe("expr", "eval", "x == 'y'", "--vars", "@" + write("v.json", '{"x": "y"}'))

    assert result.out == "true\n"


def test_deep_data_is_cut_not_crashed_on(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """Data that somebody else nested deeply is shown as deep as anybody would look."""
    path = write("deep.json", '{"a": ' + "[" * 900 + "]" * 900 + "}")

    result = tiktoktoe("expr", "eval", "a", "--vars", f"@{path}")

    assert result.code == 0
    assert "(nested too deeply)" in result.out


def test_nothing_printed_can_steer_the_terminal(tiktoktoe: Callable[..., Result]) -> None:
    """Control characters in a value appear as JSON escapes."""
    result = tiktoktoe("expr", "eval", r'"\u009b31m\u202e"')

    assert result.out == '"\\u009b31m\\u202e"\n'
