"""Macros over lists and maps, with one variable and with two."""

from __future__ import annotations

from typing import Any

import pytest

from tests.expressions.evaluation import failure_of, value_of
from tiktoktoe_cli.expressions.comprehensions import MAX_STEPS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2].all(x, x > 0)", True),
        ("[].all(x, false)", True),
        ("[].exists(x, true)", False),
        ("{'a': 1}.exists(k, k == 'a')", True),
        ("[1, 2, 2].exists_one(x, x == 1)", True),
        ("[1, 2, 2].existsOne(x, x == 2)", False),
        ("[1, 2, 3].filter(x, x > 1)", [2, 3]),
        ("{'a': 1, 'b': 2}.filter(k, k != 'a')", ["b"]),
        ("[1, 2].map(x, x * 10)", [10, 20]),
        ("[1, 2, 3].map(x, x > 1, x * 10)", [20, 30]),
        ("[5, 6].all(i, x, x == i + 5)", True),
        ("{'a': 1}.exists(k, v, k == 'a' && v == 1)", True),
        ("['a', 'b'].transformList(i, x, string(i) + x)", ["0a", "1b"]),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v + 1)", {"a": 2, "b": 3}),
        ("{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v + 1)", {"b": 3}),
        ("[[1, 2], [3]].map(row, row.map(x, x + 1))", [[2, 3], [4]]),
        ("[1, 2].map(x, [10, 20].map(y, x * y))", [[10, 20], [20, 40]]),
        ("cel.bind(x, 2 + 3, x * x)", 25),
        ("[1, 2].map(x, cel.bind(y, x * 2, y + x))", [3, 6]),
    ],
)
def test_macros_visit_what_they_are_given(text: str, value: Any) -> None:
    """A list is visited by element, a map by key; two variables get index and element, or key and value."""
    result = value_of(text)

    assert result == value


@pytest.mark.parametrize("text", ["1.all(x, true)", "'abc'.map(x, x)", "null.exists(x, true)"])
def test_macros_need_a_list_or_a_map(text: str) -> None:
    """There is nothing to visit in anything else."""
    error = failure_of(text)

    assert error.reason.startswith("no such overload: comprehension(")


def test_a_predicate_must_be_a_bool() -> None:
    """A predicate with another value is an error."""
    error = failure_of("[1].filter(x, x)")

    assert error.reason == "no such overload: expected bool, found int"


def test_loops_in_loops_come_to_an_end() -> None:
    """All loops of one evaluation may visit a million elements; more is an error, not a hang."""
    ten = "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"

    error = failure_of(f"{ten}.all(a, " * 8 + "true" + ")" * 8)

    assert error.reason == f"the evaluation takes more than {MAX_STEPS} steps"


def test_a_second_evaluation_has_all_its_steps_again() -> None:
    """The steps are counted for each evaluation alone."""
    from tiktoktoe_cli.expressions import compile_expression

    expression = compile_expression("x.all(a, a == 0)")
    bindings = {"x": [0] * (MAX_STEPS * 2 // 3)}

    results = [expression(bindings) for _ in range(3)]

    assert results == [True, True, True]
