"""Names and functions are known or refused before anything runs."""

from __future__ import annotations

import pytest

from tests.expressions.evaluation import failure_of, refusal_of, value_of
from tiktoktoe_cli.expressions import EvaluationError, compile_expression


def test_the_names_of_an_expression_are_the_fields_it_reads() -> None:
    """The names are the longest paths of the data that an expression can read, without a macro's variables."""
    text = 'data.amount > 100.0 && type == "x" && items.all(i, i.price > min.price) && has(data.note) && tags[0] == ""'

    expression = compile_expression(text)

    assert expression.names == {"data.amount", "type", "items", "min.price", "data.note", "tags"}


def test_an_unknown_variable_is_refused_with_the_name_it_resembles() -> None:
    """A misspelt variable is found when the expression is compiled, at its column, with a suggestion."""
    error = refusal_of("status == 200 && boddy.status == 'UP'", "status", "body")

    assert (error.offset, error.length) == (17, 5)
    assert error.message == "unknown variable `boddy`"
    assert error.hint == "did you mean `body`?"


def test_a_known_variable_is_allowed_with_all_its_fields() -> None:
    """Restricting the variables does not restrict the fields of those that are known."""
    expression = compile_expression("body.status.text == 'UP'", variables={"body"})

    assert expression({"body": {"status": {"text": "UP"}}}) is True


def test_any_name_is_allowed_without_a_list_of_variables() -> None:
    """Without a list, an unknown variable is an error of the evaluation."""
    error = failure_of("nowhere == 1")

    assert (error.reason, error.missing) == ("no such variable: nowhere", "nowhere")


def test_the_longest_known_variable_wins() -> None:
    """A variable with dots in its name goes before a field of a shorter one, as the definition says."""
    expression = compile_expression("a.b.c", variables={"a", "a.b"})

    assert expression({"a": {"b": {"c": "field"}}, "a.b": {"c": "variable"}}) == "variable"


@pytest.mark.parametrize(
    ("text", "offset", "message", "hint"),
    [
        ("1 + sizee('a')", 4, "unknown function `sizee`", "did you mean `size`?"),
        ("a.startWith('x')", 2, "unknown function `startWith`", "did you mean `startsWith`?"),
        ("math.abbs(1)", 5, "unknown function `math.abbs`", "did you mean `math.abs`?"),
        (
            "[1].exist(x, x)",
            4,
            "unknown function `exist`",
            "did you mean `exists`, `existsOne` or `exists_one`?",
        ),
        ("qwertz(1)", 0, "unknown function `qwertz`", None),
        ("size()", 0, "`size` takes 1 argument, found 0", None),
        ("'a'.indexOf()", 4, "`indexOf` takes 1 or 2 arguments, found 0", None),
        ("math.greatest()", 5, "`math.greatest` takes 1 or more arguments, found 0", None),
        ("startsWith('a', 'b')", 0, "`startsWith` is called as x.f()", None),
        ("'1'.int()", 4, "`int` is called as f(x)", None),
        ("has(a)", 0, "`has` takes one field", "write `has(x.field)`"),
        ("[1].filter(x)", 4, "`filter` takes simple names, then expressions", "write `filter(x, condition)`"),
        ("[1].all(a.b, true)", 4, "`all` takes simple names, then expressions", None),
        ("cel.bind(1, 2, 3)", 4, "`cel.bind` takes a name, a value, an expression", None),
        ("duration('5 m')", 9, "invalid duration: `5 m`", None),
        ("duration('30d')", 9, "invalid duration: `30d`", "CEL's longest unit is `h`: write `720h`"),
        ("duration('2w')", 9, "invalid duration: `2w`", "CEL's longest unit is `h`: write `336h`"),
        ("timestamp('today')", 10, "invalid timestamp: `today`", None),
        ("a.matches('(')", 10, "invalid regular expression: missing ): (", None),
    ],
)
def test_a_wrong_call_is_refused_when_compiled(
    text: str, offset: int, message: str, hint: str | None
) -> None:
    """A function that does not exist or cannot be called like this is found before the expression runs."""
    error = refusal_of(text)

    assert (error.offset, error.message) == (offset, message)
    assert hint is None or error.hint == hint


def test_an_unknown_function_may_wait_for_evaluation() -> None:
    """Without the check an unknown function is an evaluation error, which logic can absorb."""
    expression = compile_expression("f(1) || true", checked=False)

    assert expression({}) is True


def test_macros_may_be_nested_sixteen_deep() -> None:
    """The depth of loops in loops has a limit of its own."""
    error = refusal_of("[1].exists(a, " * 17 + "true" + ")" * 17)

    assert error.message == "macros are nested more than 16 deep"


def test_an_inner_variable_hides_the_outer_one() -> None:
    """Macros are scopes: the nearest variable of a name counts, and a leading dot looks past all of them."""
    result = value_of("[1].map(x, [2].map(x, [x, .x]))", x=3)

    assert result == [[[2, 3]]]


@pytest.mark.parametrize(
    "text",
    [
        "type(1) == int && type('') != int",
        "uint == type(1u)",
        "type(x) in [list, map]",
        "type(type(1)) == type",
        "type(duration('1s')) == google.protobuf.Duration",
    ],
)
def test_what_is_compared_with_a_type_may_name_types(text: str) -> None:
    """The name of a type stands for it next to `type(...)`."""
    result = value_of(text, x=[])

    assert result is True


def test_a_variable_may_be_called_like_a_type() -> None:
    """Away from `type(...)` such a name is a variable, and a type only where no variable can be meant."""
    assert value_of("int == 5 && list.size() == 0", int=5, list=[]) is True
    assert compile_expression("string == x", variables={"x"})({"x": "string"}) is False


@pytest.mark.parametrize("name", ["type", "list", "string", "map"])
def test_a_missing_field_that_is_called_like_a_type_is_an_error(name: str) -> None:
    """An event without a `type` never passes a condition on it, though `type` names a type, too."""
    error = failure_of(f'{name} != "order.placed"')

    assert error.missing == name


def test_a_declared_variable_that_is_called_like_a_type_is_an_error_when_it_is_missing() -> None:
    """What is declared is a variable, bound or not."""
    expression = compile_expression("list != 'vip'", variables={"list"})

    with pytest.raises(EvaluationError, match="no such variable: list"):
        expression({})


def test_a_function_on_a_computed_value_sees_its_fields() -> None:
    """Fields may be selected from the result of anything."""
    result = value_of("[{'a': 1}].filter(x, true)[0].a + (b ? c : c).d", b=True, c={"d": 2})

    assert result == 3
