"""A condition and the values it is about → whether it holds, and what it saw. Pure: what has no value never holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tiktoktoe_cli.expressions.errors import EvaluationError
from tiktoktoe_cli.expressions.plain import to_json
from tiktoktoe_cli.expressions.values import NS_PER_S, Duration, type_name
from tiktoktoe_cli.words import duration, shortened

if TYPE_CHECKING:
    from tiktoktoe_cli.expressions.compiler import Expression

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None

_MAX_SHOWN: Final = 120
_ABSENT: Final = object()


class ConditionOutcome(StrEnum):
    """What became of one condition; only `held` is a pass."""

    HELD = "held"
    BROKEN = "broken"
    NO_VALUE = "no-value"  # something that it reads is missing, or its value is not true or false


@dataclass(frozen=True, slots=True)
class ConditionResult:
    """One condition, evaluated: the values it saw by name, and what was missing, or why else it has no value."""

    text: str
    outcome: ConditionOutcome
    saw: Mapping[str, Json] = field(default_factory=dict)
    missing: str | None = None
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is true, and not merely not false."""
        return self.outcome is ConditionOutcome.HELD


def evaluate(
    condition: Expression, bindings: Mapping[str, Any]
) -> ConditionResult:  # Any: CEL is dynamically typed
    """Evaluate one condition: `true` holds, `false` is broken, and anything else has no value."""
    saw = _seen(condition, bindings)
    try:
        value = condition(bindings)
    except EvaluationError as error:
        outcome = ConditionOutcome.NO_VALUE
        return ConditionResult(condition.text, outcome, saw, error.missing, error.reason)
    if not isinstance(value, bool):
        reason = f"it gives a value of type {type_name(value)}, not true or false"
        return ConditionResult(condition.text, ConditionOutcome.NO_VALUE, saw, reason=reason)
    outcome = ConditionOutcome.HELD if value else ConditionOutcome.BROKEN
    return ConditionResult(condition.text, outcome, saw)


def describe(result: ConditionResult) -> str:
    """Say in one line why a condition does not hold."""
    if result.missing is not None:
        return f"`{result.text}` has no value: `{result.missing}` is missing"
    if result.outcome is ConditionOutcome.NO_VALUE:
        return f"`{result.text}` has no value: {result.reason}"
    saw = ", ".join(f"`{name}` is {_shown(value)}" for name, value in result.saw.items())
    return f"`{result.text}` does not hold" + (f": {saw}" if saw else "")


def _seen(condition: Expression, bindings: Mapping[str, Any]) -> dict[str, Json]:
    """Collect the values that a condition read, as far as they are there."""
    seen: dict[str, Json] = {}
    for name, steps in _paths(condition.names):
        value: Any = bindings
        for step in steps:
            value = value.get(step, _ABSENT) if isinstance(value, Mapping) else _ABSENT
        if value is not _ABSENT:
            seen[name] = _short(value)
    return seen


@cache
def _paths(names: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Split names into steps, in the order of the names; a condition is evaluated more than once."""
    return tuple((name, tuple(name.split("."))) for name in sorted(names))


def _short(value: Any) -> Json:
    """Keep numbers and short texts; of what is longer, keep the beginning as text."""
    if isinstance(value, Duration):
        return duration(value.ns / NS_PER_S)
    plain: Json = to_json(value)
    if plain is None or isinstance(plain, bool | int | float):
        return plain
    text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    return plain if len(text) <= _MAX_SHOWN else shortened(text, _MAX_SHOWN)


def _shown(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
