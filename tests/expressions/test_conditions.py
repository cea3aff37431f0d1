"""A condition holds, is broken, or has no value; and says what it saw."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.expressions import Duration, compile_expression
from tiktoktoe_cli.expressions.conditions import ConditionOutcome, ConditionResult, describe, evaluate

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def result_of(text: str, **bindings: Any) -> ConditionResult:
    """Evaluate a condition over some variables."""
    return evaluate(compile_expression(text), bindings)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("status == 200", ConditionOutcome.HELD),
        ("status == 201", ConditionOutcome.BROKEN),
        ("status", ConditionOutcome.NO_VALUE),
        ("queue == 1", ConditionOutcome.NO_VALUE),
        ("status < 'a'", ConditionOutcome.NO_VALUE),
    ],
)
def test_only_true_holds(text: str, outcome: ConditionOutcome) -> None:
    """False is broken; what is missing, of another type or no truth at all has no value."""
    result = result_of(text, status=200)

    assert result.outcome is outcome
    assert result.holds is (outcome is ConditionOutcome.HELD)


def test_the_missing_field_is_named() -> None:
    """Who reads it knows what to look for in the answer."""
    result = result_of("body.queue > 3", body={"size": 1})

    assert result.missing == "body.queue"
    assert describe(result) == "`body.queue > 3` has no value: `body.queue` is missing"


def test_what_was_seen_is_told() -> None:
    """The values of all that was read stand beside a condition, in the order of their names."""
    result = result_of("z == 1 && a.b == 'x'", z=2, a={"b": "y"})

    assert describe(result) == "`z == 1 && a.b == 'x'` does not hold: `a.b` is \"y\", `z` is 2"


def test_a_duration_is_told_in_three_digits() -> None:
    """Nobody reads nanoseconds."""
    result = result_of("total < duration('1ms')", total=Duration(12_345_678))

    assert result.saw == {"total": "12.3ms"}


def test_of_a_long_value_the_beginning_is_kept() -> None:
    """A body of a megabyte is not repeated in a message."""
    result = result_of("body == 'x'", body="y" * 2**20)

    assert result.saw == {"body": "y" * 120 + "…"}


@given(JSON)
def test_any_value_can_be_told(value: Any) -> None:
    """Whatever an answer holds, there are words for it."""
    result = result_of("body == 'x'", body=value)

    assert result.holds == (value == "x")
    assert "body" in describe(result)
