"""An answer and what was expected of it → how the call ended. Pure: what has no value never holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.expressions import Duration, EvaluationError, to_json, type_name
from tiktoktoe_cli.report.cells import duration
from tiktoktoe_cli.resilience import Outcome
from tiktoktoe_cli.transport import HttpReply
from tiktoktoe_cli.transport.outcomes import outcome_of
from tiktoktoe_cli.transport.variables import PHASES, body_of, phases_of, variables_of
from tiktoktoe_cli.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from tiktoktoe_cli.expressions import Expression
    from tiktoktoe_cli.transport import TransportFailure

VARIABLES: Final = ("status", "body", "headers", "timing", "url")
"""What an expectation may read; `timing` holds the phases that there were."""
EXAMPLES: Final[Mapping[str, Any]] = {  # Any: CEL is dynamically typed
    "status": 200,
    "headers": {},
    "timing": dict.fromkeys(PHASES, Duration(1)),
    "url": "http://127.0.0.1/",
}
"""Values of the right types; the body may be anything, and so has none."""
_LONGEST_SHOWN: Final = 120
_ABSENT: Final = object()


def judge(
    expect: Sequence[Expression], answer: HttpReply | TransportFailure, now: datetime | None = None
) -> Outcome[HttpReply]:
    """Tell how a call ended; `now` is what a date in `Retry-After` is compared with.

    Without expectations the status decides. With some they do: a 404 that is expected is a success, and a 200 that
    is not what was expected is a failure that may be otherwise the next time.
    """
    usual = outcome_of(answer, now=now)
    if not expect or not isinstance(answer, HttpReply):
        return usual
    body = body_of(answer)
    timing = {name: Duration(spent_ns) for name, spent_ns in phases_of(answer.timing).items()}
    bindings = {**variables_of(answer, body), "timing": timing}
    shortcoming = next(_shortcomings(expect, bindings), None)
    if shortcoming is None:
        return Outcome.succeeded(answer)
    reason = "; ".join([shortcoming, *body.remarks])
    return Outcome.failed(reason, value=answer) if usual.is_success else usual


def _shortcomings(expect: Sequence[Expression], bindings: Mapping[str, Any]) -> Iterator[str]:
    for expression in expect:
        try:
            value = expression(bindings)
        except EvaluationError as error:
            missing = f"`{error.missing}` is missing" if error.missing else error.reason
            yield f"`{expression.text}` has no value: {missing}"
        else:
            if not isinstance(value, bool):
                yield f"`{expression.text}` has no value: it is {type_name(value)}, not true or false"
            elif not value:
                yield f"`{expression.text}` does not hold" + _seen(expression, bindings)


def _seen(expression: Expression, bindings: Mapping[str, Any]) -> str:
    """Say which values an expression looked at."""
    seen = []
    for name in sorted(expression.names):
        value: Any = bindings
        for step in name.split("."):
            value = value.get(step, _ABSENT) if isinstance(value, dict) else _ABSENT
        if value is not _ABSENT:
            seen.append(f"`{name}` is {_shown(value)}")
    return f": {', '.join(seen)}" if seen else ""


def _shown(value: Any) -> str:  # as above
    if isinstance(value, Duration):
        return duration(value.ns / NS_PER_S)
    return shortened(json.dumps(to_json(value), ensure_ascii=False), _LONGEST_SHOWN)
