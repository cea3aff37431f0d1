"""Shorthands of the tests: the value of an expression, and the error of one that has none."""

from __future__ import annotations

from typing import Any

import pytest

from tiktoktoe_cli.expressions import EvaluationError, ExpressionError, compile_expression


def value_of(text: str, **bindings: Any) -> Any:
    """Compile and evaluate."""
    return compile_expression(text)(bindings)


def failure_of(text: str, **bindings: Any) -> EvaluationError:
    """Compile, evaluate, and give the error."""
    expression = compile_expression(text)
    with pytest.raises(EvaluationError) as caught:
        expression(bindings)
    return caught.value


def refusal_of(text: str, *variables: str) -> ExpressionError:
    """Compile with these variables, any if there are none, and give the error."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, variables or None)
    return caught.value
