"""An observation and the check's expectations → a verdict. Pure: what has no value never passes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.expressions.conditions import ConditionOutcome, describe, evaluate
from tiktoktoe_cli.health.facts import Expectation
from tiktoktoe_cli.health.state import Demand, HealthState, worst
from tiktoktoe_cli.words import listed, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.health.observation import Observation
    from tiktoktoe_cli.health.settings import Examination

_CONNECTED: Final = "connected"
"""An expectation that says no more than the reason why there was no answer."""
_SURE: Final = re.compile(
    r"""\w+\.contains\((?:"[^"\\]*"|'[^'\\]*')\)|(?:\w+|size\(\w+\)|\w+\.size\(\)) *>=? *[0-9]+"""
)
"""What holds on all of a value if it holds on a part of it: that there is something in it, or so much of it."""
_FAILURE_VARIABLES: Final = frozenset({"connected", "error"})
MEANS: Final = {Demand.EXPECT: HealthState.UNHEALTHY, Demand.WARN: HealthState.DEGRADED}
"""What a check is if an expectation of each list does not hold."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one observation means for its check."""

    state: HealthState
    detail: str
    expectations: tuple[Expectation, ...]


def judge(check: Examination, observation: Observation, now_ns: int) -> Verdict:
    """Decide how a check came out; `now_ns`, since the epoch, is what the dates of certificates are compared with.

    Without a complete answer it fails, unless one of its expectations asks about that by naming `connected` or
    `error`: then the expectations decide alone. What a service says of itself counts like an expectation. One that
    holds on what was kept of a longer value is no more than a doubt: the check is degraded.
    """
    bindings = _bindings(check, observation, now_ns)
    expectations = tuple(_expectations(check, bindings))
    failure = observation.failure
    if failure and (failure.is_ours or not any(map(asks_about_failure, check.expect))):
        state = HealthState.ERROR if failure.is_ours else HealthState.UNHEALTHY
        return Verdict(state, failure.message, expectations)
    document = observation.document
    own = document.state if document else HealthState.HEALTHY
    doubts = tuple(_doubts(check, observation, expectations))
    state = worst(
        [
            HealthState.HEALTHY,
            own,
            *(MEANS[one.demand] for one in expectations if not one.result.holds),
            *(HealthState.DEGRADED for _ in doubts),
        ]
    )
    if state is HealthState.HEALTHY:
        return Verdict(state, "", expectations)
    said = [document.detail] if document and own is state else []
    reason = [failure.message] if failure else []
    telling = [one for one in expectations if not (failure and one.result.text == _CONNECTED)]
    return Verdict(
        state,
        "; ".join(
            [
                *reason,
                *said,
                *_shortcomings(telling, state),
                *(doubts[:1] if state is HealthState.DEGRADED else ()),
                *observation.remarks,
                *_misread(check, bindings, telling),
            ]
        ),
        expectations,
    )


def _doubts(
    check: Examination, observation: Observation, expectations: Sequence[Expectation]
) -> Iterator[str]:
    """Say which expectations hold on a part of a value, while the rest of it, which was not seen, might break them."""
    if not observation.cut:
        return
    for condition, one in zip((*check.expect, *check.warn), expectations, strict=True):
        read = observation.cut & {name.partition(".")[0] for name in condition.names}
        if read and one.result.holds and not _SURE.fullmatch(condition.text):
            yield f"`{condition.text}` held on what was kept of {listed(sorted(read))}; the rest was not seen"


def _misread(
    check: Examination, bindings: Mapping[str, Any], expectations: Sequence[Expectation]
) -> Iterator[str]:
    """Say what a body is instead of the JSON that an expectation without a value reads fields of."""
    body, kind = bindings.get("body"), _media_type(bindings)
    if not isinstance(body, str) or "json" in kind:  # if it only says that it is JSON, there is a remark
        return
    without_value = {
        one.result.text for one in expectations if one.result.outcome is ConditionOutcome.NO_VALUE
    }
    for condition in (*check.expect, *check.warn):
        if condition.text in without_value and any(name.startswith("body.") for name in condition.names):
            beginning = f": `{shortened(' '.join(body.split()))}`" if body.strip() else ""
            yield f"the body is {kind if beginning else 'empty'}, not JSON{beginning}"
            return


def _media_type(bindings: Mapping[str, Any]) -> str:
    named: str = bindings.get("headers", {}).get("content-type", "")
    return named.partition(";")[0].strip().lower() or "text"


def asks_about_failure(expression: Expression) -> bool:
    """Ask whether an expectation is about there being no answer."""
    return not _FAILURE_VARIABLES.isdisjoint(expression.names)


def _bindings(check: Examination, observation: Observation, now_ns: int) -> Mapping[str, Any]:  # CEL values
    """Name what was seen; certificates are read only where an expectation asks for them, since reading them costs."""
    bindings = observation.bindings
    if observation.session and check.reads("tls"):
        from tiktoktoe_cli.health.certificates import tls_variables

        fault = observation.failure.tls_fault if observation.failure else ""
        bindings["tls"] = tls_variables(observation.session, fault, now_ns)
    return bindings


def _expectations(check: Examination, bindings: Mapping[str, Any]) -> Iterator[Expectation]:
    for demand, expressions in ((Demand.EXPECT, check.expect), (Demand.WARN, check.warn)):
        for expression in expressions:
            yield Expectation(demand, evaluate(expression, bindings))


def _shortcomings(expectations: Iterable[Expectation], state: HealthState) -> list[str]:
    """Describe what made the state: the expectations of the list that decided it, the first one in words."""
    wrong = [one.result for one in expectations if MEANS[one.demand] is state and not one.result.holds]
    more = [f"and {len(wrong) - 1} more"] if len(wrong) > 1 else []
    return [*map(describe, wrong[:1]), *more]
