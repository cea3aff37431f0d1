"""What must hold: the scenario's assertions, evaluated over the measures; an error is never a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions import Duration as Span
from tiktoktoe_cli.expressions import EvaluationError
from tiktoktoe_cli.simulation.facts import AssertionFacts, AssertionOutcome
from tiktoktoe_cli.simulation.measures import MEASURES, Unit
from tiktoktoe_cli.words import duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.simulation.facts import Estimate


def judge(
    assertions: Sequence[Expression], measures: Mapping[str, Estimate], replications: int, stopped: str | None
) -> tuple[AssertionFacts, ...]:
    """Evaluate every assertion over the means.

    A measure that has no value in some replication has no mean that could be relied on: it is missing.
    """
    bindings = {
        name: Span(round(one.mean)) if MEASURES[name].unit is Unit.DURATION else one.mean
        for name, one in measures.items()
        if one.measured == replications
    }
    return tuple(
        AssertionFacts(
            expression.text,
            AssertionOutcome.UNDECIDED if stopped else _outcome(expression, bindings),
            ", ".join(_words(name, measures.get(name), replications) for name in sorted(expression.names)),
        )
        for expression in assertions
    )


def _outcome(expression: Expression, bindings: Mapping[str, object]) -> AssertionOutcome:
    try:
        value = expression(bindings)
    except EvaluationError:
        return AssertionOutcome.UNDECIDED
    if value is True:
        return AssertionOutcome.HELD
    return AssertionOutcome.BROKEN if value is False else AssertionOutcome.UNDECIDED


def _words(name: str, found: Estimate | None, replications: int) -> str:
    """Say what was measured: the mean, its interval, or that there is none."""
    if found is None:
        return f"{name} has no value"
    if found.measured < replications:
        return f"{name} has a value in only {found.measured} of {replications} replications"
    unit = MEASURES[name].unit
    words = f"{name} is {written(found.mean, unit)}"
    if found.low is None or found.high is None:
        return words
    return f"{words} ({written(found.low, unit)} to {written(found.high, unit)})"


def written(value: float, unit: Unit) -> str:
    """Write a measured number with its unit, for people."""
    match unit:
        case Unit.DURATION:
            return duration(value / NS_PER_S)
        case Unit.RATIO:
            return f"{value:.2%}"
        case Unit.PER_SECOND:
            return f"{value:.1f}/s"
        case Unit.FACTOR:
            return f"{value:.2f}"
