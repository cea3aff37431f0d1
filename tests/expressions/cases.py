"""The conformance cases of cel-spec, read from the shared vectors, and what it means to pass one."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiktoktoe_cli.expressions import EvaluationError, ExpressionError, UInt, compile_expression

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "expressions" / "cel_conformance.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One conformance case: an expression with either a value or an error."""

    file: str
    section: str
    name: str
    text: str
    bindings: dict[str, Any]
    value: Any
    is_error: bool
    is_checked: bool

    def __str__(self) -> str:
        return f"{self.file}-{self.section}-{self.name}"

    def passes(self) -> bool:
        """Say whether compiling and evaluating ends as the case demands, by value and by type."""
        try:
            value = compile_expression(self.text, checked=self.is_checked)(self.bindings)
        except (ExpressionError, EvaluationError):
            return self.is_error
        return not self.is_error and same(value, self.value)


def load_cases() -> list[Case]:
    """Read all cases; none if the vectors are not there."""
    if not VECTORS.is_file():
        return []
    tests = json.loads(VECTORS.read_text(encoding="utf-8"))["tests"]
    return [_case(test) for test in tests]


def _case(test: dict[str, Any]) -> Case:
    return Case(
        file=test["file"],
        section=test["section"],
        name=test["name"],
        text=test["expr"],
        bindings={name: _decoded(value) for name, value in test.get("bindings", {}).items()},
        value=_decoded(test["value"]) if "value" in test else None,
        is_error="error" in test,
        is_checked=not test.get("disable_check", False),
    )


def _decoded(encoded: dict[str, Any]) -> Any:
    value = encoded["v"]
    match encoded["t"]:
        case "list":
            return [_decoded(item) for item in value]
        case "map":
            return {_decoded(key): _decoded(item) for key, item in value}
        case "bytes":
            return bytes.fromhex(value)
        case "uint":
            return UInt(value)
        case "double":
            return float(value)
        case _:
            return value


def same(left: Any, right: Any) -> bool:
    """Compare values with their types, all the way down; NaN is the same as NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)
