"""An observation and the check's expectations → a verdict. Pure: what has no value never passes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.expressions import EvaluationError, to_json, type_name
from tiktoktoe_cli.health.facts import Demand, ExpectationOutcome, ExpectationResult, HealthState
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.settings import CheckSettings
    from tiktoktoe_cli.report.facts import Json

_MAX_SHOWN: Final = 120
_FAILURE_VARIABLES: Final = frozenset({"connected", "error"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one observation means for its check."""

    state: HealthState
    detail: str
    expectations: tuple[ExpectationResult, ...]


def judge(check: CheckSettings, observation: Observation) -> Verdict:
    """Decide how a check came out.

    Without a complete answer it fails, unless one of its expectations asks about that by naming `connected` or
    `error`: then the expectations decide alone.
    """
    bindings = observation.bindings
    results = (
        *(evaluate(expression, bindings, Demand.EXPECT) for expression in check.expect),
        *(evaluate(expression, bindings, Demand.WARN) for expression in check.warn),
    )
    failure = observation.failure
    if failure and (failure.is_ours or not any(map(asks_about_failure, check.expect))):
        state = HealthState.ERROR if failure.is_ours else HealthState.UNHEALTHY
        return Verdict(state, failure.message, results)
    state = _state(results)
    remarks = () if state is HealthState.HEALTHY else observation.remarks
    reason = [failure.message] if failure and state is not HealthState.HEALTHY else []
    return Verdict(state, "; ".join([*reason, *_shortcomings(results, state), *remarks]), results)


def asks_about_failure(expression: Expression) -> bool:
    """Ask whether an expectation is about there being no answer."""
    return not _FAILURE_VARIABLES.isdisjoint(expression.names)


def evaluate(expression: Expression, bindings: Mapping[str, Any], demand: Demand) -> ExpectationResult:
    """Evaluate one expectation: `true` holds, `false` is broken, and anything else has no value."""
    saw = _seen(expression, bindings)
    try:
        value = expression(bindings)
    except EvaluationError as error:
        outcome = ExpectationOutcome.NO_VALUE
        return ExpectationResult(expression.text, demand, outcome, saw, error.missing, error.reason)
    if not isinstance(value, bool):
        reason = f"it gives a value of type {type_name(value)}, not true or false"
        return ExpectationResult(expression.text, demand, ExpectationOutcome.NO_VALUE, saw, reason=reason)
    outcome = ExpectationOutcome.HELD if value else ExpectationOutcome.BROKEN
    return ExpectationResult(expression.text, demand, outcome, saw)


def _state(results: Iterable[ExpectationResult]) -> HealthState:
    demands = {result.demand for result in results if result.outcome is not ExpectationOutcome.HELD}
    if Demand.EXPECT in demands:
        return HealthState.UNHEALTHY
    return HealthState.DEGRADED if Demand.WARN in demands else HealthState.HEALTHY


def _shortcomings(results: Iterable[ExpectationResult], state: HealthState) -> list[str]:
    """Describe what made the state: the expectations of the list that decided it, the first one in words."""
    demand = Demand.WARN if state is HealthState.DEGRADED else Demand.EXPECT
    wrong = [one for one in results if one.demand is demand and one.outcome is not ExpectationOutcome.HELD]
    more = [f"and {len(wrong) - 1} more"] if len(wrong) > 1 else []
    return [*map(describe, wrong[:1]), *more]


def describe(result: ExpectationResult) -> str:
    """Say in one line why an expectation does not hold."""
    if result.missing is not None:
        return f"`{result.text}` has no value: `{result.missing}` is missing"
    if result.outcome is ExpectationOutcome.NO_VALUE:
        return f"`{result.text}` has no value: {result.reason}"
    saw = ", ".join(f"`{name}` is {_shown(value)}" for name, value in result.saw.items())
    return f"`{result.text}` does not hold" + (f": {saw}" if saw else "")


def _seen(expression: Expression, bindings: Mapping[str, Any]) -> dict[str, Json]:
    """Collect the values that an expression read, as far as they are there."""
    seen: dict[str, Json] = {}
    for name in sorted(expression.names):
        value: Any = bindings
        for step in name.split("."):
            value = value.get(step, _ABSENT) if isinstance(value, dict) else _ABSENT
        if value is not _ABSENT:
            seen[name] = _short(to_json(value))
    return seen


_ABSENT: Final = object()


def _short(value: Json) -> Json:
    """Keep numbers and short texts; of what is longer, keep the beginning as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= _MAX_SHOWN else shortened(text, _MAX_SHOWN)


def _shown(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
